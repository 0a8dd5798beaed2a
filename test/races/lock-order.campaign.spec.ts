import { type Database, openDatabase, sql, statement } from '@rekey/database';
import { isRefused, uuidv7 } from '@rekey/kernel';
import {
  conversionRows,
  countConversions,
  pruneSms,
  readSmsPolicy,
  refundSms,
  reserveSms,
} from '@rekey/limits';
import { endSessionsBecause, markAddress } from '@rekey/management';
import { recordReceipt } from '@rekey/outbox';
import { defaultPolicy, matchAssist, openAssist, sendCodeFor, startAssist } from '@rekey/recovery';
import { password, people } from '../flows/people.js';
import { codeIn, newHousehold, type Rekey, startRekey } from '../flows/rekey.js';
import { Story } from '../flows/story.js';
import { byLength } from '../runner/length.js';
import { startPostgres, type TestPostgres } from '../runner/postgres.js';

/**
 * Everything that locks several rows, against everything else, on the same rows. PostgreSQL itself says in its log when two of them waited for
 * each other: a deadlock is tried again, so no caller learns of it.
 */
describe('locks are taken in one order', () => {
  let postgres: TestPostgres;
  let log = '';
  beforeAll(async () => {
    const flags = ['-c', 'deadlock_timeout=20ms', '-c', 'max_connections=200'];
    postgres = await startPostgres({ flags, onLog: (text) => (log += text) });
  });
  afterAll(() => postgres.stop());
  beforeEach(() => {
    log = '';
  });
  const deadlocks = () =>
    log.split('\n').filter((line) => /deadlock detected|could not serialize/.test(line));

  test('a deadlock would be seen', async () => {
    const database = await openDatabase({ url: postgres.url, name: 'spec', poolSize: 2 });
    const lock = statement('spec_lock_one', sql`select pg_advisory_xact_lock(:key)`);
    let waiting = 0;
    const work = (first: number, second: number) =>
      database.transaction(async (tx) => {
        await tx.query(lock, { key: first });
        waiting++;
        while (waiting < 2) await new Promise(setImmediate);
        await tx.query(lock, { key: second });
      });
    await Promise.all([work(1, 2), work(2, 1)]);
    await database.close();
    expect(deadlocks()).not.toEqual([]);
  });

  test('by everything that writes the cost of SMS', async () => {
    const database: Database = await openDatabase({ url: postgres.url, name: 'spec', poolSize: 12 });
    const prove = statement('spec_lock_prove', conversionRows(sql`select unnest(:ids::uuid[])`));
    // Nothing is refused, so that everything is written.
    const budgets = { instance: 1e6, client: 1e6, country: 1e6, unproven: 1 };
    const breaker = {
      unprovenRange: { sends: 100_000 },
      range: { sends: 100_000, floor: 0 },
      country: { sends: 100_000, floor: 0 },
    };
    const policy = readSmsPolicy(JSON.stringify({ budgets, breaker }));
    const now = Date.UTC(2026, 0, 5);
    const sent: string[] = [];
    const messageOf = (at: number) => ({
      messageId: uuidv7(now),
      to: `+447400${100_000 + (at % 7)}`,
      number: Buffer.from(`${at}`),
      body: 'code',
      isCode: true,
      clientId: `client-${at % 2}`,
    });
    const reserve = async (at: number) => {
      const message = messageOf(at);
      await reserveSms(database, now, policy, message);
      sent.push(message.messageId);
    };
    const any = () => sent[Math.floor(Math.random() * sent.length)] ?? uuidv7(now);
    const writers: ((at: number) => Promise<unknown>)[] = [
      reserve,
      () => refundSms(database, now, sent.shift() ?? any()),
      () => database.query(prove, { now: new Date(now), ids: [any()] }),
      () => countConversions(database, now),
      () => pruneSms(database, now + 86_400_000 - 1),
    ];
    try {
      for (let at = 0; at < 60; at++) await reserve(at);
      const many = byLength(250, 3_000);
      let next = 0;
      // More than have a connection, and not so many that one waits longer for it than a request does.
      const lane = async () => {
        for (let at = next++; at < many; at = next++) await writers[at % writers.length]?.(at);
      };
      await Promise.all(Array.from({ length: 36 }, lane));
    } finally {
      await database.close();
    }
    expect(deadlocks()).toEqual([]);
  });

  test('by everything that writes an account, its recoveries, sessions and messages', async () => {
    const rekey = await startRekey({
      environment: { DATABASE_URL: postgres.url, LOG_LEVEL: 'fatal' },
      sweepPeriods: { messages: 20, recoveries: 20, sms_proven: 20 },
    });
    // As many connections as writers that use them: some wait for the locks of others.
    const database = await openDatabase({ url: postgres.url, name: 'spec', poolSize: 16 });
    try {
      const writers = writersOf(rekey, database);
      const faults: string[] = [];
      const round = async (names: string[]) => {
        const on = await prepare(rekey);
        const statuses = await Promise.all(
          names.map(async (name) => [name, (await writers[name]?.(on))?.status ?? 0] as const),
        );
        faults.push(...statuses.filter(([, status]) => status >= 500).map((each) => each.join(' ')));
        await rekey.idle();
      };
      const names = Object.keys(writers);
      for (let rounds = 0; rounds < byLength(1, 40); rounds++)
        await round([...names, ...names].sort(() => Math.random() - 0.5));
      const pairs = byLength(
        [],
        names.flatMap((one, at) => names.slice(at).map((other) => [one, other])),
      );
      for (const [one = '', other = ''] of pairs) await round([one, other, one, other]);
      expect(faults).toEqual([]);
    } finally {
      await database.close();
      await rekey.close();
    }
    expect(deadlocks()).toEqual([]);
  });
});

interface Rows {
  id: string;
  completed: Story;
  proven: Story;
  proving: Story;
  code: string;
  session: Record<string, string>;
  device: Record<string, string>;
}

let prepared = 0;
/** The key of a completion whose response never came. */
const lost = 'of-the-completion-without-response';

/** Rows in every state that a writer may find. */
async function prepare(rekey: Rekey): Promise<Rows> {
  const who = people(rekey);
  rekey.clock.advance(11 * 60_000);
  newHousehold();
  const id = `person-${prepared++}`;
  // Without a phone: hundreds of people would share the numbers of tests.
  await who.put(id, { addresses: [{ kind: 'email', value: `${id}@example.com`, verified: true }] });
  await rekey.call('PUT', `${rekey.settings.urls.console}/v1/clients/pairs`, {
    bearer: await who.management(),
    json: {
      name: 'Pairs',
      type: 'public',
      redirect_uris: [],
      grants: ['refresh_token'],
      scopes: ['account'],
    },
  });
  const completed = new Story(rekey);
  await completed.proveBy(`${id}@example.com`);
  await completed.complete({}, { 'idempotency-key': lost });
  rekey.clock.advance(61_000);
  const { body: session } = await who.signIn(id, { client_id: 'pairs' });
  await who.signIn(id, { client_id: 'pairs' });
  const device = await fetch(`${rekey.settings.urls.issuer}/oauth2/device_authorization`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'client_id=pairs',
  });
  const proven = new Story(rekey);
  await proven.proveBy(`${id}@example.com`);
  rekey.clock.advance(61_000);
  const proving = new Story(rekey);
  await proving.start({ identifier: `${id}@example.com` });
  await rekey.idle();
  const code = codeIn((await rekey.codes(`${id}@example.com`))[0] as never);
  // As if the provider had accepted them, so that receipts can come.
  await rekey.sql('update messages set provider_id = id::text where account_id = $1', [id]);
  return { id, completed, proven, proving, code, session, device: (await device.json()) as never };
}

function writersOf(
  rekey: Rekey,
  database: Database,
): Record<string, (on: Rows) => Promise<{ status: number }>> {
  const who = people(rekey);
  const { console: console_ } = rekey.settings.urls;
  const account = (on: Rows) => `${console_}/v1/accounts/${on.id}`;
  const { keyring } = rekey.settings;
  const context = { database, keyring, clock: rekey.clock, policy: defaultPolicy, strongRoles: [] };
  const actor = 'staff:somebody';
  const refusable = async (act: Promise<unknown>) => {
    await act;
    return { status: 204 };
  };
  /** It may be gone or removed meanwhile. */
  const marked = async (on: Rows, as: 'compromised' | 'restored') => {
    const [address] = await rekey.sql('select id from addresses where account_id = $1 limit 1', [on.id]);
    const id = address?.id ?? uuidv7(0);
    return refusable(markAddress(context, actor, { account: on.id, address: id, as, reason: 'a test' }));
  };
  const put = async (on: Rows, more: object) =>
    rekey.call('PUT', account(on), {
      bearer: await who.management(),
      json: { addresses: [{ kind: 'email', value: `${on.id}@example.com`, verified: true }], ...more },
    });
  return {
    put: (on) => put(on, { password: `another sentence ${Math.random()}` }),
    move: (on) =>
      put(on, {
        addresses: [{ kind: 'email', value: `${on.id}.${Math.random()}@example.com`, verified: true }],
      }),
    disable: (on) => put(on, { status: 'disabled' }),
    patch: async (on) =>
      rekey.call('PATCH', account(on), {
        bearer: await who.management(),
        json: { status: 'disabled', roles: ['staff'], username: `${on.id}.patched` },
      }),
    remove: async (on) => rekey.call('DELETE', account(on), { bearer: await who.management() }),
    signIn: (on) => who.signIn(on.id, { password, client_id: 'pairs' }),
    refresh: (on) =>
      rekey.token({
        grant_type: 'refresh_token',
        refresh_token: on.session.refresh_token ?? '',
        client_id: 'pairs',
      }),
    changePassword: (on) =>
      who.issuer('PUT', 'password', {
        bearer: on.session.access_token,
        json: { current_password: password, password: `a third sentence ${Math.random()}` },
      }),
    makeCodes: (on) => who.issuer('POST', 'authenticators/backup_codes', { bearer: on.session.access_token }),
    endSessions: (on) => who.issuer('DELETE', `sessions/${on.id}`, { bearer: on.session.access_token }),
    removeClient: async () =>
      rekey.call('DELETE', `${console_}/v1/clients/pairs`, { bearer: await who.management() }),
    decide: (on) =>
      who.issuer('POST', 'device', {
        bearer: on.session.access_token,
        json: { user_code: on.device.user_code, allow: true },
      }),
    poll: (on) =>
      rekey.token({
        grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
        device_code: on.device.device_code ?? '',
        client_id: 'pairs',
      }),
    start: (on) => new Story(rekey).start({ identifier: `${on.id}@example.com` }),
    resend: (on) => on.proving.resend(),
    wrong: (on) => on.proving.prove('00000000'),
    prove: (on) => on.proving.prove(on.code),
    cancel: (on) => on.proving.cancel(),
    assist: async (on) => {
      const context = { database, keyring: rekey.settings.keyring, clock: rekey.clock };
      const memberId = uuidv7(rekey.clock.now());
      const started = await startAssist(context, { account: on.id, memberId, reason: 'a race' });
      if (isRefused(started)) return { status: 409 };
      const opened = await openAssist(context, { code: started.code, source: newHousehold() });
      if (isRefused(opened)) return { status: 404 };
      const matched = await matchAssist(context, { id: opened.id, memberId, number: opened.number });
      return { status: isRefused(matched) ? 409 : 200 };
    },
    repeat: (on) => on.completed.complete({}, { 'idempotency-key': lost }),
    receipt: async (on) => {
      const rows = await rekey.sql(
        'select provider_id from messages where account_id = $1 and provider_id is not null',
        [on.id],
      );
      for (const { provider_id: providerId } of rows)
        await recordReceipt({ database, clock: rekey.clock }, { providerId, reason: '30003' });
      return { status: 204 };
    },
    compromise: (on) => marked(on, 'compromised'),
    restore: (on) => marked(on, 'restored'),
    endByStaff: (on) => refusable(endSessionsBecause(context, actor, { account: on.id }, 'a test')),
    endOfRecovery: (on) =>
      refusable(endSessionsBecause(context, actor, { recovery: on.completed.id }, 'a test')),
    resendByStaff: (on) => refusable(sendCodeFor(context, { id: on.proving.id, actor, reason: 'a test' })),
    complete: (on) => on.proven.complete({ password: `a new battery ${Math.random()}` }),
  };
}
