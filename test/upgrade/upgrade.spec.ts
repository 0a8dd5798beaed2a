import { readFile } from 'node:fs/promises';
import { MovableClock } from '@rekey/kernel';
import { decodeProtectedHeader } from 'jose';
import { basicOf, people } from '../flows/people.js';
import { codeIn, newHousehold, type Rekey, startRekey, until } from '../flows/rekey.js';
import { Story } from '../flows/story.js';
import { createDatabase, type TestDatabase } from '../runner/database.js';
import {
  device,
  type Facts,
  factsOf,
  loadVersion,
  managementSecret,
  renamedSince,
  upgrade,
  versions,
} from './versions.js';

test('every version of the CHANGELOG has its rows here', async () => {
  const changelog = await readFile('CHANGELOG.md', 'utf8');
  const told = [...changelog.matchAll(/^## \[(\d+\.\d+\.\d+)\]/gm)].map(([, version]) => version);
  expect(told.reverse()).toEqual(versions);
});

/** Versions before migration 19: nobody can tell whether the proof still counts. */
const saysTooLittle = ['0.1.0'];

/** A database with every kind of row of a version is migrated, and its people and apps continue where they were. */
describe.each(versions)('after an upgrade from %s', (version) => {
  let facts: Facts;
  let database: TestDatabase | undefined;
  let rekey: Rekey;
  let who: ReturnType<typeof people>;
  beforeAll(async () => {
    facts = await factsOf(version);
    database = await createDatabase({ migrated: false });
    await loadVersion(version, database.ownerUrl);
    await upgrade(database);
    rekey = await startRekey({
      clock: new MovableClock(Date.parse(facts.at)),
      environment: {
        DATABASE_URL: database.url,
        REKEY_KEYRING: facts.keyring,
        MANAGEMENT_CLIENT_SECRET: managementSecret,
      },
    });
    who = people(rekey);
  });
  afterAll(async () => {
    await rekey?.close();
    await database?.drop();
  });
  beforeEach(() => {
    newHousehold();
  });

  const refresh = async (token: string) =>
    (await rekey.token({ grant_type: 'refresh_token', refresh_token: token })).body;
  const refused = { error: 'invalid_grant', error_description: expect.any(String) };
  const resumed = ({ id, token }: { id: string; token: string }): Story =>
    Object.assign(new Story(rekey), { id, token });
  const state = async (of: { id: string; token: string }) => (await resumed(of).show()).body.state;

  test('no row is lost', async () => {
    const renamed = await renamedSince(version);
    for (const [table, count] of Object.entries(facts.rows)) {
      const [row] = await rekey.sql(`select count(*)::int as n from "${renamed[table] ?? table}"`);
      // Starting has added some, and nothing has been pruned yet.
      expect([table, row.n]).toEqual([table, expect.any(Number)]);
      expect([table, row.n >= count]).toEqual([table, true]);
    }
  });

  test('devices get the decision that was made, and an app redeems its authorization code', async () => {
    const poll = async (code: string) =>
      (await rekey.token({ grant_type: device, client_id: 'app', device_code: code })).body;
    expect(await poll(facts.devices.pending)).toMatchObject({ error: 'authorization_pending' });
    expect(await poll(facts.devices.deny)).toMatchObject({ error: 'access_denied' });
    expect(await poll(facts.devices.used)).toMatchObject({ error: 'invalid_grant' });
    expect(await poll(facts.devices.allow)).toMatchObject({ scope: 'orders' });
    const { code, verifier, redirectUri, client } = facts.authorization;
    const form = { code, code_verifier: verifier, redirect_uri: redirectUri, client_id: client };
    const redeemed = await rekey.token({ grant_type: 'authorization_code', ...form });
    expect(redeemed.body).toMatchObject({ refresh_token: expect.any(String), scope: 'account orders' });
    const { id, secret } = facts.client;
    const asClient = basicOf(id, { client_secret: secret });
    expect((await rekey.token({ grant_type: 'client_credentials' }, asClient)).status).toBe(200);
  });

  test('a recovery under way is proven by the code that was sent', async () => {
    const story = resumed(facts.proving);
    expect((await story.show()).body).toMatchObject({ id: story.id, state: 'proving' });
    expect((await story.prove(facts.proving.code)).body).toMatchObject({ state: 'proven' });
    const { status, body } = await story.complete();
    expect([status, body.recovery_id]).toEqual([201, story.id]);
    // The signing key of before signs: its secret could be read.
    const { kid } = decodeProtectedHeader(body.access_token);
    expect(await readFile(`test/upgrade/${version}/rows.sql`, 'utf8')).toContain(`('${kid}', 'access_token'`);
  });

  test('a start that is repeated with its key gets the same recovery', async () => {
    const { account, key, source, id } = facts.proving;
    const headers = { 'idempotency-key': key, 'x-forwarded-for': source };
    const again = await new Story(rekey).start({ identifier: `${account}@example.com` }, headers);
    expect([again.status, again.body.id]).toEqual([202, id]);
  });

  test('what was proven is still proven, unless the row says too little of what it relied on', async () => {
    const story = resumed(facts.proven);
    const { status, body } = await story.complete();
    if (!saysTooLittle.includes(version)) {
      expect(status).toBe(201);
      return;
    }
    expect([status, body.code]).toEqual([409, 'not_proven']);
    rekey.clock.advance(61_000);
    await story.resend();
    const message = await until('a code', async () => {
      const codes = await rekey.codes(`${facts.proven.account}@example.com`);
      return codes[0];
    });
    expect((await story.prove(codeIn(message))).body.state).toBe('proven');
    expect((await story.complete()).status).toBe(201);
  });

  test('a code that waited for its mail server is sent, and proves', async () => {
    rekey.clock.advance(60_000);
    const { account } = facts.waiting;
    const message = await until('the code', async () => (await rekey.codes(`${account}@example.com`))[0]);
    expect((await resumed(facts.waiting).prove(codeIn(message))).body.state).toBe('proven');
  });

  test('recoveries that have ended say how', async () => {
    expect(await state(facts.completed)).toBe('completed');
    expect(await state(facts.expired)).toBe('expired');
    expect(await state(facts.cancelled)).toBe('cancelled');
    expect(await state(facts.stopped)).toBe('stopped');
  });

  test('sessions that were alive are alive, and those that had ended stay ended', async () => {
    expect(await refresh(facts.alive.refresh)).toMatchObject({ refresh_token: expect.any(String) });
    expect(await refresh(facts.refreshed.now)).toMatchObject({ refresh_token: expect.any(String) });
    expect(await refresh(facts.ended.refresh)).toEqual(refused);
    // Reuse of a token that was replaced before the upgrade ends its session (RFC 9700 §4.14.2).
    expect(await refresh(facts.refreshed.before)).toEqual(refused);
    expect(await refresh(facts.refreshed.now)).toEqual(refused);
  });

  test('a recovery that was completed has set its password, and its stop link ends its session', async () => {
    const { password, refresh: token, stop } = facts.completed;
    expect((await who.signIn('dan', { password })).status).toBe(201);
    const { refresh_token: newest } = await refresh(token);
    expect((await new Story(rekey).stop(stop)).status).toBe(204);
    expect(await refresh(newest)).toEqual(refused);
  });

  test('accounts keep their addresses, names, passwords and second factors', async () => {
    const url = `${rekey.settings.urls.console}/v1/accounts/ann`;
    expect((await rekey.call('GET', url, { bearer: await who.management() })).body).toEqual({
      id: 'ann',
      username: 'ann.l',
      addresses: expect.arrayContaining([
        { kind: 'email', value: 'ann@example.com', verified: true, primary: true },
        { kind: 'email', value: 'ann-new@example.com', verified: false, primary: false },
        { kind: 'phone', value: '+12025550177', verified: true, primary: false },
      ]),
      roles: ['staff'],
      status: 'active',
      locale: 'zh-Hans',
    });
    expect((await who.signIn('ann')).status).toBe(201);
    expect((await who.signIn('dora')).status).toBe(401);
    const { enrolled } = facts;
    expect((await who.signIn(enrolled.id)).status).toBe(401);
    // The time step of the last value has passed.
    rekey.clock.advance(60_000);
    const second_factor = { kind: 'totp', value: who.totp(enrolled.secret) };
    expect((await who.signIn(enrolled.id, { second_factor })).status).toBe(201);
    const byCode = async (value: string) => {
      const story = new Story(rekey);
      await story.start({ identifier: `${enrolled.id}@example.com` });
      return (await story.prove(value, 'backup_code')).status;
    };
    expect(await byCode(enrolled.used)).toBe(422);
    expect(await byCode(enrolled.unused)).toBe(200);
  });
});
