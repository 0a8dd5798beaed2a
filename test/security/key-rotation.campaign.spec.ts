import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { hashPassword, putAccount, sealedInAccounts } from '@rekey/accounts';
import { type Database, openDatabase, type SealedRows } from '@rekey/database';
import { isRefused, Keyring, MovableClock, type SealedAs } from '@rekey/kernel';
import { sealedInRecovery } from '@rekey/recovery';
import { sealedInTokens } from '@rekey/tokens';
import { generateSync } from 'otplib';
import pg from 'pg';
import { PageBrowser } from '../flows/page-browser.js';
import { codeIn, newHousehold, type Rekey, startRekey, until } from '../flows/rekey.js';
import { sealedBefore } from '../flows/sealed-before.js';
import { Story } from '../flows/story.js';
import { createDatabase, type TestDatabase } from '../runner/database.js';
import { freePort } from '../runner/free-port.js';
import { byLength } from '../runner/length.js';
import { mailOf, nameOf, password, startLoad } from './rotation-load.js';

const keyText = (id: string) => ({ id, key: randomBytes(32).toString('base64url') });
const [before, after] = [keyText('2025'), keyText('2026')];
type Keys = (typeof before)[];
const ringOf = (keys: Keys) =>
  new Keyring(keys.map(({ id, key }) => ({ id, key: Buffer.from(key, 'base64url') })));
/** More than one batch of the command. */
const people = byLength(700, 2_000);

/** Puts a new key before the old one: restart, `npm run keys -- rotate` under load, then remove the old key. Needs a build. */
describe('rotation of the keyring', () => {
  let postgres: TestDatabase;
  let database: Database;
  let pool: pg.Pool;
  let rekey: Rekey;
  const clock = new MovableClock(Date.now());
  const fixed: Record<string, string> = { MANAGEMENT_CLIENT_SECRET: randomBytes(24).toString('hex') };
  const start = async (keys: Keys) => {
    rekey = await startRekey({ clock, environment: { ...fixed, REKEY_KEYRING: JSON.stringify(keys) } });
  };
  beforeAll(async () => {
    postgres = await createDatabase();
    fixed.DATABASE_URL = postgres.url;
    for (const name of ['RECOVERY', 'ISSUER', 'CONSOLE', 'MAILBOX'])
      fixed[`${name}_PORT`] = String(await freePort());
    database = await openDatabase({ url: postgres.url, name: 'spec' });
    pool = new pg.Pool({ connectionString: postgres.adminUrl, max: 2 });
    // A connection may hear that the server stops before it is closed itself.
    pool.on('error', () => undefined);
    const keyring = ringOf([before]);
    const passwordHash = await hashPassword(password);
    const put = (n: number) =>
      putAccount({ database, keyring }, clock.now(), {
        id: nameOf(n),
        username: nameOf(n),
        addresses: [{ kind: 'email', value: mailOf(n), verified: true }],
        roles: [],
        status: 'active',
        passwordHash,
      });
    const all = Array.from({ length: people }, (_, n) => n);
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        for (let n = all.pop(); n !== undefined; n = all.pop()) expect(isRefused(await put(n))).toBe(false);
      }),
    );
    await start([before]);
  });
  afterAll(async () => {
    await rekey.close();
    await pool.end();
    await database.close();
    await postgres.drop();
  });

  /** @param dieAfter kill -9 as soon as it has printed this text */
  const keysCommand = (
    verb: string,
    keys: Keys,
    dieAfter?: string,
  ): { output: () => string; ended: Promise<number> } => {
    const preload = dieAfter === undefined ? [] : ['--import', './test/faults/preload/die-after.mjs'];
    const command = [...preload, 'dist/apps/standalone/src/keys-command.js', verb];
    const child = spawn(process.execPath, command, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH,
        REKEY_KEYRING: JSON.stringify(keys),
        DATABASE_URL: postgres.url,
        REKEY_DATA_DIR: rekey.settings.dataDir,
        ...(dieAfter === undefined ? {} : { DIE_AFTER: dieAfter }),
      },
    });
    let output = '';
    const read = (chunk: Buffer) => {
      output += chunk.toString();
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    return {
      output: () => output,
      ended: new Promise((resolve) => child.once('close', (code) => resolve(code ?? -1))),
    };
  };
  const run = async (verb: string, keys: Keys): Promise<string> => {
    const { output, ended } = keysCommand(verb, keys);
    await ended;
    return output();
  };
  const issuer = (path: string, options: object) =>
    rekey.call('POST', `${rekey.settings.urls.issuer}/v1/${path}`, options);
  const signIn = (n: number, more: object = {}) => {
    newHousehold();
    return issuer('sessions', { json: { identifier: mailOf(n), password, ...more } });
  };
  const refresh = (token: string) =>
    rekey.token({ grant_type: 'refresh_token', client_id: 'default', refresh_token: token });
  const totp = (secret: string) =>
    generateSync({ strategy: 'totp', secret, epoch: Math.floor(clock.now() / 1000) });
  const clientToken = (id: string, secret: string) =>
    rekey.token({ grant_type: 'client_credentials', client_id: id, client_secret: secret });
  const manage = async (method: string, path: string, json?: object) => {
    const { clientId, clientSecret } = rekey.settings.management;
    const bearer = (await clientToken(clientId, clientSecret)).body.access_token;
    return rekey.call(method, `${rekey.settings.urls.console}/v1/${path}`, { bearer, json });
  };
  const linkIn = (text: string | undefined) => /\/recover\/link\?token=[\w-]+/.exec(text ?? '')?.[0];
  const columns: SealedRows[] = [...sealedInRecovery, ...sealedInAccounts, ...sealedInTokens];
  /** The number of values of each column that open with this keyring, and that do not. */
  const readable = async (ring: Keyring) => {
    const counts: Partial<Record<SealedRows['column'], [number, number]>> = {};
    for (const { column, id, account = 'null', isText } of columns) {
      const { rows } = await pool.query(
        `select ${id.column}::text as id, ${account}::text as account, ${column}${isText ? '::bytea' : ''} as sealed
         from ${column.split('.')[0]} where ${column} is not null`,
      );
      const opens = rows.filter((row) => {
        try {
          const as = { column, id: row.id, ...(row.account === null ? {} : { account: row.account }) };
          return ring.open(row.sealed, as as SealedAs).length > 0;
        } catch {
          return false;
        }
      }).length;
      counts[column] = [opens, rows.length - opens];
    }
    return counts;
  };

  test('a keyring of one key is refused, and existing values are counted under it', async () => {
    const [refused, both, alone] = await Promise.all([
      run('rotate', [before]),
      run('status', [after, before]),
      run('status', [after]),
    ]);
    expect(refused).toMatch(/^rekey keys: the keyring has only one key, 2025; .*"npm run keys -- add"/);
    expect(both).toMatch(
      new RegExp(
        `^key 2026 \\(newest\\): nothing\\nkey 2025: accounts ${people}, addresses ${people}, passwords ${people}, put passwords ${people}, signing_keys \\d, client secrets 2\\n$`,
      ),
    );
    expect(alone).toContain(`key 2025 (NOT IN THE KEYRING): accounts ${people}`);
  });

  test('values of an earlier release are reported, and re-encrypted under the only key', async () => {
    const ring = ringOf([before]);
    const { rows } = await pool.query('select id, account_id as account, sealed from addresses limit 3');
    for (const { sealed, ...of } of rows) {
      const value = ring.open(sealed, { column: 'addresses.sealed', ...of }).toString();
      await pool.query('update addresses set sealed = $1 where id = $2', [
        sealedBefore(ring, value, of.id),
        of.id,
      ]);
    }
    expect(await run('status', [before])).toMatch(
      /\nsealed by an earlier release, until "npm run keys -- rotate": addresses 3\n$/,
    );
    expect(await run('rotate', [before])).toBe('addresses: 3 sealed again\n');
    expect(await run('status', [before])).not.toContain('by an earlier release');
    expect(await run('rotate', [before])).toContain('the keyring has only one key');
  });

  test('requests succeed during a rotation, also when it is killed half-way; then the old key can go [ASVS 11.2.2, ASVS 13.3.4]', async () => {
    // Started under the old key alone.
    newHousehold();
    const open = new Story(rekey);
    const idempotent = {
      'idempotency-key': 'once-and-again-in-the-rotation',
      'x-forwarded-for': '10.99.99.99',
    };
    const begun = await open.start({ identifier: mailOf(30) }, idempotent);
    const code = await until('a code', async () => (await rekey.codes(mailOf(30)))[0]);
    const linked = await new Story(rekey).start({ identifier: mailOf(31) });
    const link = await until('a link', async () => linkIn((await rekey.codes(mailOf(31)))[0]?.text));
    const sessions: string[] = [];
    for (let n = byLength(23, 20); n < 26; n++) sessions.push((await signIn(n)).body.refresh_token);
    const repeated = sessions.pop() as string;
    const successor = (await refresh(repeated)).body.refresh_token;
    const idle = (await signIn(26)).body;
    const { access_token: bearer, refresh_token: another } = (await signIn(27)).body;
    const app = await issuer('authenticators/totp', { bearer });
    const confirmation = { bearer, json: { value: totp(app.body.secret) } };
    expect((await issuer(`authenticators/${app.body.id}/confirm`, confirmation)).status).toBe(204);
    const client = {
      name: 'A back end',
      type: 'confidential',
      grants: ['client_credentials'],
      scopes: ['x'],
    };
    const secret = (await manage('PUT', 'clients/back-end', client)).body.client_secret;
    await rekey.close();

    const both = [after, before];
    await start(both);
    const load = startLoad(rekey, database, ringOf(both), {
      accounts: people,
      fresh: 100,
      sessions,
      pauseMs: byLength(100, 0),
    });
    const recovered = (times: number) =>
      until('load', async () => ((load.done['recovery'] ?? 0) > times ? true : undefined));
    try {
      await recovered(byLength(2, 5));
      const killed = keysCommand('rotate', both, 'addresses: 500');
      expect(await killed.ended).toBe(-1);
      const [anew, old] = (await readable(ringOf([after])))['addresses.sealed'] ?? [0, 0];
      expect([anew >= 500, old > 0]).toEqual([true, true]);
      const doneBefore = load.done['recovery'] ?? 0;
      const again = keysCommand('rotate', both);
      expect([await again.ended, again.output()]).toEqual([
        0,
        expect.stringContaining('nothing sealed is left under key 2025'),
      ]);
      // The one that was killed has not ended.
      const ended = await rekey.sql(
        `select detail from audit_events where event = 'keyring_rotated' and detail->>'key' = '2026'`,
      );
      expect(ended).toEqual([{ detail: { key: '2026', complete: true } }]);
      await recovered(doneBefore + byLength(4, 20));
    } finally {
      await load.end();
    }
    process.stdout.write(`while keys were replaced: ${JSON.stringify(load.done)}\n`);
    expect(load.failures).toEqual([]);
    expect(Object.values(load.done).every((count) => count > byLength(4, 10))).toBe(true);

    // Work under way continues: the repeated start, the code, the match number, the repeated refresh.
    const repeatedStart = await new Story(rekey).start({ identifier: mailOf(30) }, idempotent);
    expect(repeatedStart.body.id).toBe(begun.body.id);
    expect((await open.prove(codeIn(code))).status).toBe(200);
    expect((await open.complete()).status).toBe(201);
    const browser = new PageBrowser(rekey.settings.urls.recovery, () => newHousehold());
    const { headers } = await browser.get(link);
    const form = await browser.get(headers.get('location') ?? '');
    await browser.submit(form, '/recover/link', { number: linked.body.match_number });
    const { rows } = await pool.query('select state from recoveries where id = $1', [linked.body.id]);
    expect(rows).toEqual([{ state: 'proven' }]);
    expect((await refresh(repeated)).body.refresh_token).toBe(successor);

    // Values that only their holder can present.
    for (const token of [successor, another]) expect((await refresh(token)).status).toBe(200);
    expect(await run('status', both)).toMatch(/\nkey 2025: client secrets 1, refresh tokens 1\n$/);
    expect((await clientToken('back-end', secret)).status).toBe(200);
    expect((await refresh(idle.refresh_token)).status).toBe(200);
    expect(await run('rotate', both)).toMatch(/^nothing is left under key 2025\n/);
    await rekey.close();

    await start([after]);
    const counts = await readable(ringOf([after]));
    expect(Object.values(counts).map(([, not]) => not)).toEqual(columns.map(() => 0));
    expect(counts).toMatchObject({
      'accounts.username_sealed': [people, 0],
      'addresses.sealed': [people, 0],
      'authenticators.secret_sealed': [1, 0],
    });
    // Its access token was signed before the rotation.
    const mine = await rekey.call('GET', `${rekey.settings.urls.issuer}/v1/sessions`, {
      bearer: idle.access_token,
    });
    expect(mine.status).toBe(200);
    clock.advance(60_000);
    const second_factor = { kind: 'totp', value: totp(app.body.secret) };
    expect((await signIn(27, { second_factor })).status).toBe(201);
    expect((await issuer('sessions', { json: { identifier: nameOf(28), password } })).status).toBe(201);
    expect((await clientToken('back-end', secret)).status).toBe(200);
    expect((await manage('GET', `accounts/${nameOf(people - 1)}`)).body).toMatchObject({
      username: nameOf(people - 1),
      addresses: [{ value: mailOf(people - 1), verified: true }],
    });
    newHousehold();
    const story = new Story(rekey);
    expect((await story.proveBy(mailOf(32))).status).toBe(200);
    expect((await story.complete()).status).toBe(201);
  });
});
