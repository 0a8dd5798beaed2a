import { randomBytes } from 'node:crypto';
import { putAccount } from '@rekey/accounts';
import { type Database, openDatabase, sql, statement } from '@rekey/database';
import { isRefused, Keyring, MovableClock, refuse } from '@rekey/kernel';
import { claimMessages } from '@rekey/outbox';
import { createDatabase, type TestDatabase } from '../../../../test/runner/database.js';
import {
  cancelRecovery,
  completeRecovery,
  defaultPolicy,
  type IssuerPort,
  prove,
  type RecoveryContext,
  type RecoveryReference,
  showRecovery,
  startRecovery,
  stopRecovery,
  sweepRecoveries,
} from '../index.js';

const noorsPhone = '+12025550123';

/** What one side waits for, until the other opens it. */
function newGate(): { open: () => void; opened: Promise<void> } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}
const messagesOf = statement(
  'spec_messages',
  sql`select id, kind from messages where recovery_id = :id order by kind`,
);

const issue = statement(
  'spec_issue',
  sql`insert into sessions (id, account_id, generation, client_id, scope, acr, amr, auth_time, recovery_id, idle_ms, access_ms, created_at, expires_at)
   select gen_random_uuid(), a.id, a.generation, 'default', '', 'urn:rekey:recovery:aal1', '{}', now(), r.id, 60000, 60000, now(), 'infinity'
   from recoveries r join accounts a on a.id = r.account_id where r.id = :id`,
);
const sessionsOf = statement(
  'spec_sessions',
  sql`select ended_at is null as alive from sessions where recovery_id = :id order by created_at`,
);

/** A completion calls another service while it holds the lease: these tests make that service, or this process, fail there. */
describe('completing a recovery', () => {
  const keyring = new Keyring([{ id: 'a', key: randomBytes(32) }]);
  const clock = new MovableClock();
  let postgres: TestDatabase;
  let database: Database;
  let admin: Database;
  let context: RecoveryContext;
  let exchange: IssuerPort['exchangeForTokens'];
  let revoked: string[];
  const tokens = { access_token: 'a', token_type: 'Bearer', expires_in: 600, refresh_token: 'r' };

  beforeAll(async () => {
    postgres = await createDatabase();
    database = await openDatabase({ url: postgres.url, name: 'spec' });
    admin = await openDatabase({ url: postgres.adminUrl, name: 'spec' });
    const mail = (id: string) => ({ kind: 'email' as const, value: `${id}@example.com`, verified: true });
    const phone = { kind: 'phone' as const, value: noorsPhone, verified: true };
    for (const [id, addresses] of [
      ['mei', [mail('mei')]],
      ['noor', [mail('noor'), phone]],
    ] as const)
      await putAccount({ database, keyring }, clock.now(), {
        id,
        addresses: [...addresses],
        roles: [],
        status: 'active',
      });
  });
  afterAll(async () => {
    await Promise.all([database.close(), admin.close()]);
    await postgres.drop();
  });
  beforeEach(() => {
    clock.advance(600_000);
    revoked = [];
    exchange = async () => tokens;
    context = {
      database,
      keyring,
      clock,
      enqueue: async () => undefined,
      issuerUrl: 'https://id.example',
      productName: 'Rekey',
      policy: defaultPolicy,
      strongRoles: [],
      bindingHoldMs: 0,
      issuer: {
        exchangeForTokens: (subject, place) => exchange(subject, place),
        exchangeForCode: async () => ({ code: 'c' }),
        revoke: async (id) => {
          revoked.push(id);
        },
      },
    };
  });

  const proven = async (
    identifier = 'mei@example.com',
  ): Promise<RecoveryReference & { stopToken: string }> => {
    const opened = await startRecovery(context, {
      identifier,
      locale: 'en',
      source: '192.0.2.1',
    });
    if (isRefused(opened)) throw new Error(opened.code);
    const [message] = await database.query<{ id: string }>(messagesOf, { id: opened.id });
    const sending = { ...context, sendQuotas: { client: 100, instance: 100 } };
    const [taken] = await claimMessages(sending, { code: message?.id ?? '' });
    if (!taken || !('send' in taken)) throw new Error('nothing to send');
    const view = await prove(context, opened, { kind: 'code', value: taken.send.code ?? '' });
    expect(view).toMatchObject({ state: 'proven' });
    return { id: opened.id, token: opened.token, stopToken: taken.send.stopToken ?? '' };
  };
  /** Issues as the issuer does, in the database that both have. */
  const issued = async ({ id }: RecoveryReference) => {
    await database.query(issue, { id });
    return tokens;
  };
  const sessions = async ({ id }: RecoveryReference) =>
    (await database.query<{ alive: boolean }>(sessionsOf, { id })).map(({ alive }) => alive);
  const state = async (reference: RecoveryReference) => {
    const view = await showRecovery(context, reference);
    return isRefused(view) ? view.code : view.state;
  };

  test('an issuer that is down grants nothing and costs no attempt: the next request succeeds', async () => {
    const reference = await proven();
    exchange = async () => refuse('unavailable');
    expect(await completeRecovery(context, reference, {})).toMatchObject({ code: 'unavailable' });
    exchange = async () => {
      throw new Error('cut off');
    };
    await expect(completeRecovery(context, reference, {})).rejects.toThrow('cut off');
    expect(await state(reference)).toBe('proven');
    exchange = async () => tokens;
    expect(await completeRecovery(context, reference, {})).toMatchObject({
      ...tokens,
      recovery_id: reference.id,
    });
    const rows = await database.query<{ kind: string }>(messagesOf, { id: reference.id });
    expect(rows.map(({ kind }) => kind)).toEqual(['recovery_code', 'recovery_completed']);
  });

  test.each<[string, () => Promise<never> | ReturnType<typeof refuse>]>([
    ['is lost', () => refuse('unavailable')],
    ['breaks off', async () => Promise.reject(new Error('cut off'))],
  ])(
    'tokens of an issuer whose response %s end at once, and the next completion has one session',
    async (_how, respond) => {
      const reference = await proven();
      exchange = async () => {
        await issued(reference);
        return respond();
      };
      await completeRecovery(context, reference, {}).catch(() => undefined);
      expect(await sessions(reference)).toEqual([false]);
      expect(await state(reference)).toBe('proven');
      exchange = () => issued(reference);
      expect(await completeRecovery(context, reference, {})).toMatchObject(tokens);
      expect(await sessions(reference)).toEqual([false, true]);
    },
  );

  test.each<[string, (reference: RecoveryReference) => Promise<unknown>]>([
    ['expires', async () => clock.advance(3_600_000)],
    ['is cancelled', (reference) => cancelRecovery(context, reference)],
    [
      'expires or is cancelled, and either fails in the middle of it',
      async (reference) => {
        await admin.dataSource.query('alter table sessions rename to away');
        await expect(cancelRecovery(context, reference)).rejects.toThrow('sessions');
        clock.advance(3_600_000);
        await expect(sweepRecoveries(context)).rejects.toThrow('sessions');
        await admin.dataSource.query('alter table away rename to sessions');
      },
    ],
  ])('tokens for a process that died end when the recovery %s', async (_how, ends) => {
    const reference = await proven();
    const { open: wake, opened: asleep } = newGate();
    exchange = async () => {
      await issued(reference);
      await asleep;
      return tokens;
    };
    const died = completeRecovery(context, reference, {});
    while ((await sessions(reference)).length === 0) await new Promise(setImmediate);
    await ends(reference);
    await sweepRecoveries(context);
    expect(await sessions(reference)).toEqual([false]);
    wake();
    expect(await died).toMatchObject({ code: 'recovery_closed' });
  });

  test('a process that comes late does not end the tokens of the one that took over', async () => {
    const reference = await proven();
    const { open: wake, opened: asleep } = newGate();
    const { open: enter, opened: entered } = newGate();
    exchange = async () => {
      enter();
      await asleep;
      return tokens;
    };
    const late = completeRecovery(context, reference, {});
    await entered;
    clock.advance(30_000);
    exchange = async () => {
      await issued(reference);
      wake();
      // It finds the lease of this request, before this request has completed anything.
      expect(await late).toMatchObject({ code: 'invalid_state', data: { retry_after: 1 } });
      return tokens;
    };
    expect(await completeRecovery(context, reference, {})).toMatchObject(tokens);
    expect(await sessions(reference)).toEqual([true]);
  });

  test('a repeat whose issuer is down is refused for now, and the next one succeeds', async () => {
    const reference = await proven();
    const input = {
      password: 'a sentence of somebody in a tunnel',
      idempotencyKey: 'the-key-of-one-completion',
    };
    const asked: string[] = [];
    const responses = [async () => refuse('unavailable'), async () => Promise.reject(new Error('cut off'))];
    context.issuer.reissueTokens = async (subject) => {
      asked.push(subject.recoveryId);
      return (await responses.shift()?.()) ?? tokens;
    };
    expect(await completeRecovery(context, reference, input)).toMatchObject(tokens);
    expect(await completeRecovery(context, reference, input)).toMatchObject({ code: 'unavailable' });
    await expect(completeRecovery(context, reference, input)).rejects.toThrow('cut off');
    expect(await completeRecovery(context, reference, input)).toMatchObject({
      ...tokens,
      recovery_id: reference.id,
    });
    expect(asked).toEqual([reference.id, reference.id, reference.id]);
  });

  test('a process that died while it completed keeps the lease for 30 seconds, then another takes over', async () => {
    const reference = await proven();
    const { open: wake, opened: asleep } = newGate();
    const { open: enter, opened: entered } = newGate();
    exchange = async () => {
      enter();
      await asleep;
      return { ...tokens, access_token: 'of the one that slept' };
    };
    const slept = completeRecovery(context, reference, {});
    await entered;
    exchange = async () => tokens;
    expect(await completeRecovery(context, reference, {})).toMatchObject({
      code: 'invalid_state',
      data: { retry_after: 1 },
    });
    clock.advance(30_000);
    expect(await completeRecovery(context, reference, {})).toMatchObject(tokens);
    wake();
    expect(await slept).toMatchObject({ code: 'recovery_closed' });
    expect(revoked).toEqual([]);
    expect(await state(reference)).toBe('completed');
  });

  test("a stop by the owner during the issuer's work revokes what was issued", async () => {
    const reference = await proven();
    exchange = async () => {
      expect(await stopRecovery(context, reference.stopToken)).toMatchObject({ wasSettled: false });
      return tokens;
    };
    expect(await completeRecovery(context, reference, { password: 'a password for a thief' })).toMatchObject({
      code: 'recovery_closed',
    });
    expect(revoked).toEqual([reference.id]);
    expect(await state(reference)).toBe('stopped');
    const [row] = await database.query<{ password_hash: string | null }>(
      statement('spec_hash', sql`select password_hash from accounts where id = 'mei'`),
    );
    expect(row?.password_hash).toBeNull();
  });

  test("a stop during the issuer's work wins, also from a process whose clock is behind", async () => {
    const owners = await proven(noorsPhone);
    clock.advance(60_000);
    const thiefs = await proven('noor@example.com');
    exchange = async () => {
      const elsewhere = { ...context, clock: { now: () => clock.now() - 3_600_000 } };
      expect(await stopRecovery(elsewhere, thiefs.stopToken)).toMatchObject({ heldHours: 24 });
      return issued(owners);
    };
    expect(await completeRecovery(context, owners, {})).toMatchObject({ code: 'not_proven' });
    expect(await sessions(owners)).toEqual([false]);
    expect(await state(owners)).toBe('held');
  });
});
