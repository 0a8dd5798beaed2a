import { type Database, openDatabase, sql, statement } from '@rekey/database';
import { uuidv7 } from '@rekey/kernel';
import { conversionRows, countConversions, pruneSms, readSmsPolicy, reserveSms } from '@rekey/limits';
import { until } from '../flows/rekey.js';
import { createDatabase, type TestDatabase } from '../runner/database.js';

describe('what is counted about ranges of phone numbers, by several couriers at once', () => {
  let own: TestDatabase;
  let database: Database;
  beforeEach(async () => {
    own = await createDatabase();
    database = await openDatabase({ url: own.url, name: 'spec', poolSize: 12 });
  });
  afterEach(async () => {
    await database.close();
    await own.drop();
  });

  const now = Date.UTC(2026, 0, 5);
  const policy = readSmsPolicy(
    JSON.stringify({
      budgets: { instance: 1e6, client: 1e6, country: 1e6, unproven: 1 },
      breaker: { country: { sends: 100_000, floor: 0 } },
    }),
  );
  const prove = statement('spec_prove', conversionRows(sql`select unnest(:ids::uuid[])`));
  const ranges = statement(
    'spec_ranges',
    sql`select prefix, proven_at is not null as proven from sms_prefixes order by prefix`,
  );

  const turn = statement(
    'spec_turn',
    sql`select scope from sms_spending where scope = 'instance' for update`,
  );
  const waiting = statement(
    'spec_waiting',
    sql`select count(*)::integer as waiting from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
  );
  const proofs = statement(
    'spec_proofs',
    sql`select prefix, sum(proven)::integer as proven from sms_traffic group by prefix order by prefix`,
  );

  const send = async (range: string): Promise<string> => {
    const messageId = uuidv7(now);
    const message = {
      messageId,
      to: `${range}123456`,
      number: Buffer.from(range),
      body: 'code',
      isCode: true,
    };
    expect(await reserveSms(database, now, policy, message)).toEqual({ opened: [] });
    return messageId;
  };

  // The first message to a range inserts the row of that range, and the sweep deletes rows that say nothing.
  test('every first message to a range is charged while the sweep prunes, and every proof counts for its range', async () => {
    const ids: string[] = [];
    const used = Array.from({ length: 100 }, (_, at) => `+44${7_400 + at}`);
    let isOver = false;
    const sweeps = [1, 2, 3].map(async () => {
      while (!isOver) await pruneSms(database, now);
    });
    try {
      for (let at = 0; at < used.length; at += 5)
        ids.push(...(await Promise.all(used.slice(at, at + 5).map(send))));
    } finally {
      isOver = true;
      await Promise.all(sweeps);
    }
    await database.query(prove, { now: new Date(now), ids });
    await countConversions(database, now);
    const expected = [...used, 'GB'].map((prefix) => ({ prefix, proven: true }));
    expect(await database.query(ranges)).toEqual(expected);
  });

  test('two couriers that count at once count each proof once', async () => {
    const ids = await Promise.all([1, 2, 3].map(() => send('+447400')));
    await database.query(prove, { now: new Date(now), ids });
    const counts: Promise<unknown>[] = [];
    await database.transaction(async (tx) => {
      await tx.query(turn);
      counts.push(countConversions(database, now), countConversions(database, now));
      await until('two statements that wait for the turn', async () => {
        const [row] = await database.query<{ waiting: number }>(waiting);
        return row?.waiting === 2 || undefined;
      });
    });
    await Promise.all(counts);
    expect(await database.query(proofs)).toEqual([
      { prefix: '+447400', proven: ids.length },
      { prefix: 'GB', proven: ids.length },
    ]);
  });
});
