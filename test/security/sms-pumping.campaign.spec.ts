import { type Database, openDatabase, sql, statement } from '@rekey/database';
import { MovableClock, uuidv7 } from '@rekey/kernel';
import { conversionRows, countConversions, readSmsPolicy, reserveSms } from '@rekey/limits';
import { createDatabase, type TestDatabase } from '../runner/database.js';
import { byLength } from '../runner/length.js';
import { Numbers, person, pumped, stranger } from './pumping.js';

interface Send {
  to: string;
  isReal: boolean;
  clientId: string;
  /** In milliseconds of the replay. */
  at: number;
}

const prove = statement('spec_pumping_prove', conversionRows(sql`select unnest(:ids::uuid[])`));
const cost = statement(
  'spec_pumping_cost',
  sql`select coalesce(sum(price), 0)::int as cost, count(*)::int as n from sms_reservations where message_id = any(:ids::uuid[])`,
);

/** A quarter of the people and of the attack, or all of them. */
const share = byLength(4, 1);
const attacked = 10_000 / share;

/** A day of people, then an hour in which an attacker pumps thousands of numbers through the public client. */
describe('an SMS pumping attack', () => {
  const clock = new MovableClock(Date.UTC(2026, 0, 5));
  const policy = readSmsPolicy();
  const numbers = new Numbers(policy);
  let postgres: TestDatabase;
  let couriers: Database[];
  beforeAll(async () => {
    postgres = await createDatabase();
    couriers = await Promise.all(
      [0, 1].map(() => openDatabase({ url: postgres.url, name: 'spec', poolSize: 8 })),
    );
  });
  afterAll(async () => {
    await Promise.all(couriers.map((courier) => courier.close()));
    await postgres.drop();
  });
  const first = () => couriers[0] as Database;

  /** Plays sends in their order; four of five people prove their code 45 seconds later. */
  async function play(sends: Send[], forMs: number) {
    const waiting = [...sends].sort((one, other) => one.at - other.at);
    const done: (Send & { id: string; refused?: string | undefined })[] = [];
    let unproven: { id: string; at: number }[] = [];
    for (let at = 0; at < forMs; at += 15_000) {
      const later = waiting.findIndex((send) => send.at >= at + 15_000);
      const due = waiting.splice(0, later < 0 ? waiting.length : later);
      const sent = await Promise.all(
        due.map(async (send, n) => {
          const id = uuidv7(clock.now());
          const message = {
            messageId: id,
            to: send.to,
            number: Buffer.from(send.to),
            body: '1 #123456',
            isCode: true,
            clientId: send.clientId,
          };
          const { refused } = await reserveSms(couriers[n % 2] as Database, clock.now(), policy, message);
          return { ...send, id, refused };
        }),
      );
      done.push(...sent);
      const people = sent.filter((one) => one.isReal && !one.refused && numbers.random() < 0.8);
      unproven.push(...people.map(({ id }) => ({ id, at: at + 45_000 })));
      const ids = unproven.filter((one) => one.at <= at).map(({ id }) => id);
      unproven = unproven.filter((one) => one.at > at);
      if (ids.length > 0) await first().query(prove, { ids, now: new Date(clock.now()) });
      await countConversions(first(), clock.now());
      clock.advance(15_000);
    }
    return done;
  }

  test('over thousands of numbers costs at most the budget and one message, and people lose less than one code in a hundred [ASVS 2.4.1, FP rate-limit]', async () => {
    const hour = 3_600_000;
    const clients = ['default', 'default', 'shop', 'bank'];
    const people = (n: number, withinMs: number, fromStrangers: number): Send[] =>
      Array.from({ length: n }, () => ({
        to: numbers.random() < fromStrangers ? stranger(numbers) : person(numbers),
        isReal: true,
        clientId: numbers.pick(clients),
        at: numbers.random() * withinMs,
      }));
    await play(people(2_500 / share, 6 * hour, 0.02), 6 * hour);
    clock.advance(hour);

    const attack = pumped(numbers, attacked).map(
      (to, n): Send => ({
        to,
        isReal: false,
        clientId: 'default',
        // Twenty minutes long, in the middle of the hour.
        at: 600_000 + n * 120 * share,
      }),
    );
    expect(new Set(attack.map(({ to }) => to)).size).toBe(attacked);
    const began = performance.now();
    const done = await play([...attack, ...people(1_200 / share, hour - 60_000, 0.02)], hour - 15_000);
    const seconds = (performance.now() - began) / 1000;

    const of = (isReal: boolean) => done.filter((one) => one.isReal === isReal);
    const idsOf = (list: typeof done) => list.map(({ id }) => id);
    const [spent] = await first().query<{ cost: number; n: number }>(cost, { ids: idsOf(of(false)) });
    const [both] = await first().query<{ cost: number; n: number }>(cost, { ids: idsOf(done) });
    const lost = of(true).filter(({ refused }) => refused);
    const reasons: Record<string, number> = {};
    for (const { refused = 'sent' } of of(false)) reasons[refused] = (reasons[refused] ?? 0) + 1;
    const lostShare = lost.length / of(true).length;
    const dearest = Math.max(...policy.prices.values());
    process.stdout.write(
      `pumping: ${JSON.stringify(reasons)}; the attack cost ${(spent?.cost ?? 0) / 1e6} ${policy.currency}, all sends ${(both?.cost ?? 0) / 1e6} of ${policy.budgets.instance / 1e6}; people: ${lost.length} of ${of(true).length} refused (${(lostShare * 100).toFixed(2)} %: ${lost.map(({ refused }) => refused)}); ${done.length} in ${seconds.toFixed(1)} s\n`,
    );
    expect(done).toHaveLength(attacked + 1_200 / share);
    expect(both?.cost).toBeLessThanOrEqual(policy.budgets.instance + dearest);
    expect(spent?.cost).toBeLessThanOrEqual(policy.budgets.instance * policy.budgets.unproven);
    expect(lostShare).toBeLessThan(0.01);
    expect(spent?.n).toBeGreaterThan(0);
  });

  test('leaves nothing stored that leads to a number, and each circuit breaker says why it opened', async () => {
    const rows = await first().query<{
      detail: { prefix: string; cause: string; sent: number; proven: number };
    }>(
      statement(
        'spec_pumping_audit',
        sql`select detail from audit_events where event = 'sms_circuit_breaker_opened'`,
      ),
    );
    expect(rows.length).toBeGreaterThan(20 / share);
    for (const { detail } of rows) {
      expect(detail.prefix).toMatch(/^([A-Z]{2}|\+\d{2,7})$/);
      if (detail.cause === 'ratio') expect(detail.proven / detail.sent).toBeLessThan(0.3);
    }
    const kept = await first().query<{ row: string }>(
      statement(
        'spec_pumping_kept',
        sql`select distinct prefix as row from sms_reservations union select prefix from sms_traffic union select prefix from sms_prefixes`,
      ),
    );
    for (const { row } of kept) expect(row).toMatch(/^([A-Z]{2}|\+\d{2,7})$/);
  });
});
