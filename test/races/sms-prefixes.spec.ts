import { type Database, openDatabase, sql, statement } from '@rekey/database';
import { uuidv7 } from '@rekey/kernel';
import { conversionRows, countConversions, pruneSms, readSmsPolicy, reserveSms } from '@rekey/limits';
import { createDatabase, type TestDatabase } from '../runner/database.js';

/** The first message to a range inserts the row of that range, and the sweep deletes rows that say nothing. */
describe('the first SMS to a range, while the sweep prunes', () => {
  let own: TestDatabase;
  let database: Database;
  beforeAll(async () => {
    own = await createDatabase();
    database = await openDatabase({ url: own.url, name: 'spec', poolSize: 12 });
  });
  afterAll(async () => {
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

  test('every message is charged, and every proof counts for its range', async () => {
    const ids: string[] = [];
    const used = Array.from({ length: 100 }, (_, at) => `+44${7_400 + at}`);
    const send = async (range: string) => {
      const messageId = uuidv7(now);
      const message = {
        messageId,
        to: `${range}123456`,
        number: Buffer.from(range),
        body: 'code',
        isCode: true,
      };
      expect(await reserveSms(database, now, policy, message)).toEqual({ opened: [] });
      ids.push(messageId);
    };
    let isOver = false;
    const sweeps = [1, 2, 3].map(async () => {
      while (!isOver) await pruneSms(database, now);
    });
    try {
      for (let at = 0; at < used.length; at += 5) await Promise.all(used.slice(at, at + 5).map(send));
    } finally {
      isOver = true;
      await Promise.all(sweeps);
    }
    await database.query(prove, { now: new Date(now), ids });
    await countConversions(database, now);
    const expected = [...used, 'GB'].map((prefix) => ({ prefix, proven: true }));
    expect(await database.query(ranges)).toEqual(expected);
  });
});
