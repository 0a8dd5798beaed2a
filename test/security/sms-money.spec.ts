import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Database, openDatabase, sql, statement } from '@rekey/database';
import { MovableClock, uuidv7 } from '@rekey/kernel';
import { conversionRows, countConversions, readSmsPolicy, refundSms, reserveSms } from '@rekey/limits';
import { newHousehold, startRekey, until } from '../flows/rekey.js';
import { Story } from '../flows/story.js';
import { createDatabase, type TestDatabase } from '../runner/database.js';

const prove = statement('spec_sms_prove', conversionRows(sql`select unnest(:ids::uuid[])`));
const spending = statement('spec_sms_spending', sql`select scope, spent::int as spent from sms_spending`);
const events = statement(
  'spec_sms_events',
  sql`select event, detail from audit_events where event like 'sms_%' order by id`,
);

/** The cost of SMS, with two couriers at once. */
describe('the cost of SMS', () => {
  const clock = new MovableClock(Date.UTC(2026, 0, 5));
  let postgres: TestDatabase;
  let couriers: [Database, Database];
  beforeAll(async () => {
    postgres = await createDatabase();
    const open = () => openDatabase({ url: postgres.url, name: 'spec', poolSize: 10 });
    couriers = [await open(), await open()];
  });
  afterAll(async () => {
    await Promise.all(couriers.map((courier) => courier.close()));
    await postgres.drop();
  });
  // Each test has its own hours: budgets and windows have expired.
  beforeEach(() => clock.advance(40 * 86_400_000));

  const euros = (budgets: object) =>
    readSmsPolicy(
      JSON.stringify({ budgets: { instance: 100, client: 100, country: 100, unproven: 1, ...budgets } }),
    );
  let serial = 0;
  const gb = (range = '7400') => `+44${range}${String(100_000 + (serial++ % 899_999))}`;
  const send = async (policy = euros({}), more: Partial<Parameters<typeof reserveSms>[3]> = {}) => {
    const messageId = more.messageId ?? uuidv7(clock.now());
    const to = more.to ?? gb();
    const number = Buffer.from(to);
    const message = { messageId, to, number, body: 'code', isCode: true, clientId: 'default', ...more };
    const courier = couriers[serial % 2] as Database;
    return { messageId, ...(await reserveSms(courier, clock.now(), policy, message)) };
  };
  const many = async (n: number, one: () => ReturnType<typeof send>) => {
    const all = await Promise.all(Array.from({ length: n }, one));
    const counts: Record<string, number> = {};
    for (const { refused = 'reserved' } of all) counts[refused] = (counts[refused] ?? 0) + 1;
    return counts;
  };
  const spent = async () =>
    Object.fromEntries(
      (await couriers[0].query<{ scope: string; spent: number }>(spending)).map((row) => [
        row.scope,
        row.spent,
      ]),
    );
  const quiet = {
    breaker: {
      unprovenRange: { sends: 100_000 },
      range: { sends: 100_000, floor: 0 },
      country: { sends: 100_000, floor: 0 },
    },
  };
  const proven = async (ids: string[]) => {
    await couriers[0].query(prove, { ids, now: new Date(clock.now()) });
    return countConversions(couriers[0], clock.now());
  };

  test.each(['instance', 'client', 'country'])(
    '200 at once from two couriers never spend more than the budget of the %s, and all budgets are charged or none [ASVS 2.4.1, FP rate-limit]',
    async (name) => {
      const all = { instance: 100, client: 100, country: 100, unproven: 1, [name]: 1 };
      const policy = readSmsPolicy(JSON.stringify({ budgets: all, ...quiet }));
      expect(await many(200, () => send(policy))).toEqual({ reserved: 25, sms_budget: 175 });
      expect(await spent()).toEqual({
        instance: 1_000_000,
        'client default': 1_000_000,
        'country GB': 1_000_000,
      });
      clock.advance(3_599_000);
      expect(await many(1, () => send(policy))).toEqual({ sms_budget: 1 });
      clock.advance(1_000);
      expect(await many(40, () => send(policy))).toEqual({ reserved: 25, sms_budget: 15 });
    },
  );

  test('a retry of a message is not charged again, also fifty at once', async () => {
    const messageId = uuidv7(clock.now());
    const to = gb();
    expect(await many(50, () => send(undefined, { messageId, to }))).toEqual({ reserved: 50 });
    expect(await spent()).toMatchObject({ instance: 40_000, 'country GB': 40_000 });
  });

  test('a message that the provider refused is refunded once; a long text costs its segments', async () => {
    const { messageId } = await send(undefined, { body: '码'.repeat(71) });
    await send();
    expect(await spent()).toMatchObject({ instance: 120_000 });
    await Promise.all([0, 1].map((n) => refundSms(couriers[n] as Database, clock.now(), messageId)));
    expect(await spent()).toMatchObject({ instance: 40_000, 'client default': 40_000, 'country GB': 40_000 });
    const { messageId: old } = await send();
    clock.advance(3_600_000);
    await send();
    await refundSms(couriers[0], clock.now(), old);
    expect(await spent()).toMatchObject({ instance: 40_000 });
  });

  test('a notification is charged and goes out over an empty budget, but not to a closed country or range', async () => {
    const policy = readSmsPolicy(
      '{"countries":["GB"],"budgets":{"instance":100,"client":100,"country":0.04,"unproven":1}}',
    );
    expect(await many(2, () => send(policy))).toEqual({ reserved: 1, sms_budget: 1 });
    const notice = { isCode: false, clientId: undefined };
    expect(await many(3, () => send(policy, notice))).toEqual({ reserved: 3 });
    expect(await spent()).toMatchObject({ instance: 160_000, 'client default': 40_000 });
    expect((await send(policy, { ...notice, to: '+19002345678' })).refused).toBe('sms_range');
    expect((await send(policy, { ...notice, to: '+6281234567890' })).refused).toBe('sms_country');
  });

  test('unproven ranges get a share of the budget, and the rest is for proven ones', async () => {
    const policy = readSmsPolicy(JSON.stringify({ budgets: { country: 1.6, unproven: 0.5 }, ...quiet }));
    const { messageId } = await send(policy, { to: gb('7950') });
    await proven([messageId]);
    expect(await many(40, () => send(policy))).toEqual({ reserved: 19, sms_budget: 21 });
    expect(await many(40, () => send(policy, { to: gb('7950') }))).toEqual({ reserved: 20, sms_budget: 20 });
  });

  test('a range without proved codes is stopped with a reason, probed later, and reopened by one proof [ASVS 2.4.1]', async () => {
    const before = (await couriers[0].query(events)).length;
    const one = () => send(undefined, { to: gb('7500') });
    for (let n = 0; n < 6; n++) expect((await one()).refused).toBeUndefined();
    const stopped = await one();
    const counts = { prefix: '+447500', cause: 'ratio', sent: 6, proven: 0 };
    expect(stopped).toMatchObject({ refused: 'sms_circuit_breaker', opened: [counts] });
    expect(await many(30, one)).toEqual({ sms_circuit_breaker: 30 });
    expect((await send(undefined, { to: gb('7850') })).refused).toBe(undefined);
    clock.advance(30 * 60_000);
    expect(await many(30, one)).toEqual({ reserved: 3, sms_circuit_breaker: 27 });
    clock.advance(30 * 60_000);
    const probe = await one();
    expect(probe.refused).toBeUndefined();
    expect(await proven([probe.messageId])).toEqual(['+447500']);
    expect(await many(10, one)).toEqual({ reserved: 10 });
    const rows = (await couriers[0].query<{ event: string; detail: object }>(events)).slice(before);
    expect(rows).toEqual([
      { event: 'sms_circuit_breaker_opened', detail: { ...counts, floor: 0.2 } },
      {
        event: 'sms_circuit_breaker_opened',
        detail: expect.objectContaining({ prefix: '+447500', cause: 'probes' }),
      },
      { event: 'sms_circuit_breaker_closed', detail: { prefix: '+447500' } },
    ]);
  });

  test('one number cannot stop its range', async () => {
    const to = gb('7410');
    expect(await many(30, () => send(undefined, { to }))).toEqual({ reserved: 30 });
    expect((await send(undefined, { to: gb('7410') })).refused).toBeUndefined();
  });

  test('a range with proved codes is never stopped', async () => {
    for (let n = 0; n < 100; n++) {
      const { refused, messageId } = await send(undefined, { to: gb('7700') });
      expect(refused).toBeUndefined();
      if (n % 3 === 0) await proven([messageId]);
    }
  });

  test('a country that is pumped thinly over many ranges is stopped, except proven ranges', async () => {
    const known = await send(undefined, { to: gb('7950') });
    await proven([known.messageId]);
    for (let n = 0; n < 100; n++) await send(undefined, { to: gb(`74${10 + (n % 50)}`) });
    // Only codes that had time to be proved are judged.
    clock.advance(300_000);
    expect(await send(undefined, { to: gb('7800') })).toMatchObject({
      refused: 'sms_circuit_breaker',
      opened: [{ prefix: 'GB', sent: 101, proven: 1 }],
    });
    expect((await send(undefined, { to: gb('7950') })).refused).toBeUndefined();
  });

  test('without the database no SMS is sent', async () => {
    const gone = await openDatabase({ url: postgres.url, name: 'spec', poolSize: 1 });
    await gone.close();
    const message = {
      messageId: uuidv7(clock.now()),
      to: gb(),
      number: Buffer.alloc(32),
      body: 'code',
      isCode: true,
    };
    await expect(reserveSms(gone, clock.now(), euros({}), message)).rejects.toThrow();
  });
});

test('the response does not change when an SMS is refused; its row and the audit name the reason [ASVS 2.4.1]', async () => {
  const rekey = await startRekey({ environment: { SMS_COUNTRIES: 'GB' } });
  try {
    const shapes = new Set<string>();
    for (const identifier of ['+12025550123', '+12025550199', 'ada@example.com']) {
      newHousehold();
      const { status, body, headers } = await new Story(rekey).start({ identifier });
      shapes.add([status, Object.keys(body), [...headers.keys()]].join(' '));
    }
    expect(shapes.size).toBe(1);
    const dropped = await until('the SMS to be refused', async () => {
      const rows = await rekey.sql(`select state, reason from messages where reason like 'sms_%'`);
      return rows.length > 0 ? rows : undefined;
    });
    expect(dropped).toEqual([{ state: 'dropped', reason: 'sms_country' }]);
    expect(await rekey.messages('+12025550123')).toEqual([]);
    const [noted] = await rekey.sql(
      `select detail->>'reason' as reason from audit_events where event = 'recovery_message_dropped' and detail->>'channel' = 'sms'`,
    );
    expect(noted).toEqual({ reason: 'sms_country' });
  } finally {
    await rekey.close();
  }
});

test('a proved SMS code makes its range a proven one', async () => {
  const rekey = await startRekey({ sweepPeriods: { sms_proven: 50 } });
  try {
    await new Story(rekey).proveBy('+12025550123');
    const known = await until('the proof to be counted', async () => {
      const rows = await rekey.sql(
        'select prefix from sms_prefixes where proven_at is not null order by prefix',
      );
      return rows.length > 0 ? rows : undefined;
    });
    expect(known).toEqual([{ prefix: '+12025' }, { prefix: 'US' }]);
    expect(await rekey.sql('select distinct sent, proven from sms_traffic')).toEqual([
      { sent: 1, proven: 1 },
    ]);
  } finally {
    await rekey.close();
  }
});

test('the courier refunds what the provider refused, but not an unknown outcome; a retry is free', async () => {
  let answer = { status: 400, body: { code: 21211, message: 'no', status: 400 } as object };
  const provider = createServer((request, response) => {
    request.resume();
    response
      .writeHead(answer.status, { 'content-type': 'application/json' })
      .end(JSON.stringify(answer.body));
  });
  await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
  const rekey = await startRekey({
    environment: {
      TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
      TWILIO_AUTH_TOKEN: 'token',
      TWILIO_FROM: '+15005550006',
      TWILIO_API_URL: `http://127.0.0.1:${(provider.address() as AddressInfo).port}`,
    },
  });
  const spent = async () =>
    await rekey.sql('select scope, spent::int as spent from sms_spending order by scope');
  const all = (amount: number) =>
    ['client default', 'country US', 'instance'].map((scope) => ({ scope, spent: amount }));
  const messageIn = (state: string) =>
    until(`a message ${state}`, async () => {
      const rows = await rekey.sql('select id, attempts from messages where state = $1', [state]);
      return rows.find(({ attempts }) => attempts > 0);
    });
  try {
    await new Story(rekey).start({ identifier: '+12025550123' });
    await messageIn('failed');
    expect(await spent()).toEqual(all(0));
    answer = { status: 503, body: {} };
    await new Story(rekey).start({ identifier: '+12025550147' });
    const { id } = await messageIn('queued');
    await until('the price to be reserved', async () => (await spent())[0]?.spent > 0 || undefined);
    answer = { status: 201, body: { sid: 'SM1' } };
    await messageIn('sent');
    const [price] = await rekey.sql('select message_id, price::int as price from sms_reservations');
    expect(price.message_id).toBe(id);
    expect(await spent()).toEqual(all(price.price));
  } finally {
    await rekey.close();
    provider.close();
  }
});
