import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Redis } from 'ioredis';
import { unalarmed } from '../flows/policy-file.js';
import { type Rekey, startRekey } from '../flows/rekey.js';
import { freePort } from '../runner/free-port.js';
import { filesOf, searchFor } from '../search/places.js';
import { ownPassword, putPeople, recoverAll, type Told } from '../security/at-rest/thousand-recoveries.js';
import { startRedis } from './redis-server.js';

const people = 400;
const recoveries = 1_000;

/** The files that a thief of Redis gets: the append-only file has every command that changed it, and the snapshot has its content. */
describe('data at rest in Redis', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rekey-redis-'));
  const policy = unalarmed();
  let server: ChildProcess;
  let redis: Redis;
  let rekey: Rekey;
  let told: Told;
  beforeAll(async () => {
    const port = await freePort();
    server = await startRedis(port, [
      '--dir',
      folder,
      '--appendonly',
      'yes',
      '--auto-aof-rewrite-percentage',
      '0',
      '--rdbcompression',
      'no',
    ]);
    const environment = {
      REDIS_URL: `redis://127.0.0.1:${port}`,
      LOG_LEVEL: 'fatal',
      SMS_POLICY_FILE: policy,
    };
    rekey = await startRekey({ environment });
    redis = new Redis(port);
    const secrets = await putPeople(rekey, people);
    told = await recoverAll(rekey, people, recoveries);
    told.secrets.push(...secrets, { kind: 'password', value: ownPassword });
  });
  afterAll(async () => {
    await redis.quit();
    await rekey.close();
    // On a normal shutdown it would save once more, and keep running when it cannot.
    server.kill('SIGKILL');
    for (const gone of [folder, dirname(policy)]) rmSync(gone, { recursive: true });
  });

  const search = async () => {
    await redis.save();
    return searchFor(told.secrets, told.codes, filesOf(folder));
  };

  test('a thousand recoveries leave no secret, and the search finds a planted one in both files', async () => {
    const { found, bytes, byChance } = await search();
    process.stdout.write(
      `${told.secrets.length} secrets, ${told.codes.length} codes in ${Math.round(bytes / 1e6)} MB of Redis; codes by chance: ${JSON.stringify(byChance)}\n`,
    );
    expect(found).toEqual([]);
    expect(bytes).toBeGreaterThan(1_000_000);
    const [secret] = told.secrets;
    const [code] = told.codes;
    await redis.set('planted', `${secret?.value} ${code?.value}`);
    const planted = (await search()).found;
    for (const what of [`${secret?.kind} as clear`, `${code?.kind} as digits`]) {
      expect(planted.some((line) => line.startsWith(`${what} in dump.rdb`))).toBe(true);
      expect(planted.some((line) => line.startsWith(`${what} in appendonlydir`))).toBe(true);
    }
  });
});
