import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { codeIn, newHousehold, type Rekey, startRekey, until } from '../flows/rekey.js';
import { Story } from '../flows/story.js';
import { freePort } from '../postgres.js';

/** The same queue on Redis: the alarm clock is elsewhere, the row is still the truth. Needs redis-server. */
describe('with the queue on Redis', () => {
  let server: ChildProcess;
  let port: number;
  let rekey: Rekey;
  beforeAll(async () => {
    port = await freePort();
    server = await startRedis(port);
    rekey = await startRekey({ environment: { REDIS_URL: `redis://127.0.0.1:${port}`, LOG_LEVEL: 'fatal' } });
  }, 30_000);
  afterAll(async () => {
    await rekey?.close();
    server.kill();
  });

  test('a recovery from start to notice', async () => {
    newHousehold();
    const story = new Story(rekey);
    expect((await story.proveBy('ada@example.com')).status).toBe(200);
    expect((await story.settle()).status).toBe(201);
    expect((await rekey.message('ada@example.com', 2)).subject).toContain('recovered');
    const [row] = await rekey.sql('select count(*)::int as n from bullmq.job');
    expect(row.n).toBe(0);
  }, 30_000);

  test('with Redis gone a start is still accepted; when it is back, with nothing in it, the message goes out once', async () => {
    newHousehold();
    rekey.clock.advance(600_000);
    server.kill('SIGKILL');
    await once(server, 'exit');
    const story = new Story(rekey);
    expect((await story.start({ identifier: 'mei@example.com' })).status).toBe(202);
    expect(await rekey.codes('mei@example.com')).toEqual([]);
    server = await startRedis(port);
    rekey.clock.advance(31_000);
    const message = await until('the message', async () => (await rekey.codes('mei@example.com'))[0], 20_000);
    expect((await story.prove(codeIn(message))).status).toBe(200);
    expect(await rekey.codes('mei@example.com')).toHaveLength(1);
  }, 40_000);
});

async function startRedis(port: number): Promise<ChildProcess> {
  const server = spawn('redis-server', ['--port', String(port), '--save', '', '--appendonly', 'no'], {
    stdio: 'ignore',
  });
  await Promise.race([once(server, 'spawn'), once(server, 'error').then(([fault]) => Promise.reject(fault))]);
  return server;
}
