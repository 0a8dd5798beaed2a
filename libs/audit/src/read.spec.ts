import { type Database, openDatabase, statementsMade } from '@rekey/database';
import { type Position, systemClock, uuidv7 } from '@rekey/kernel';
import fc from 'fast-check';
import pg from 'pg';
import { createDatabase, type TestDatabase } from '../../../test/runner/database.js';
import { recordAudit } from './audit-event.js';
import { listAudit, readAudit, walkAudit } from './read.js';

describe('the audit, page by page', () => {
  let postgres: TestDatabase;
  let database: Database;
  beforeAll(async () => {
    postgres = await createDatabase();
    database = await openDatabase({ url: postgres.url, name: 'spec' });
  });
  afterAll(async () => {
    await database.close();
    await postgres.drop();
  });

  const start = systemClock.now();
  const add = async (accountId: string, ms: number): Promise<string> => {
    // The random part decides the order within a millisecond.
    const id = uuidv7(start);
    await recordAudit(database, {
      id,
      at: new Date(start + ms),
      event: 'user_updated',
      actor: 'system',
      accountId,
    });
    return id;
  };

  test('each event that was there is on one page, in one order, however many are added meanwhile', async () => {
    let runs = 0;
    const times = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 0, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(times, times, fc.integer({ min: 1, max: 5 }), async (before, meanwhile, limit) => {
        const accountId = `run-${runs++}`;
        const there: string[] = [];
        for (const ms of before) there.push(await add(accountId, ms));
        const read: { id: string; at: string }[] = [];
        const added = [...meanwhile];
        let after: Position | undefined;
        do {
          const page = await listAudit(database, { accountId }, { after, limit });
          expect(page.items.length).toBeLessThanOrEqual(limit);
          read.push(...page.items);
          after = page.next;
          const ms = added.pop();
          if (ms !== undefined) await add(accountId, ms);
        } while (after);
        const ids = read.map(({ id }) => id);
        expect(new Set(ids).size).toBe(ids.length);
        expect(ids).toEqual(expect.arrayContaining(there));
        const order = read.map(({ id, at }) => `${at} ${id}`);
        expect(order).toEqual([...order].sort().reverse());
      }),
      { numRuns: 40 },
    );
  });

  test('a search finds its events by an index, whatever it selects', async () => {
    const client = new pg.Client({ connectionString: postgres.adminUrl });
    await client.connect();
    try {
      await client.query('set plan_cache_mode = force_generic_plan; set enable_seqscan = off');
      const indexes: Record<string, string> = {};
      for (const { name, text, parameters } of statementsMade().filter((one) =>
        /^audit_list_/.test(one.name),
      )) {
        await client.query(`prepare ${name} as ${text}`);
        const values = parameters.map(() => 'null').join(', ');
        const { rows } = await client.query(`explain (costs off) execute ${name}(${values})`);
        const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
        indexes[name] =
          /(?:using|on) (audit_events_\w+)[^:]*Index Cond: \(+(\w+) /.exec(plan)?.slice(1).join(' ') ?? plan;
      }
      expect(indexes).toEqual({
        audit_list_all: 'audit_events_at at',
        audit_list_of_account: 'audit_events_account account_id',
        audit_list_of_recovery: 'audit_events_recovery recovery_id',
        audit_list_seldom: 'audit_events_seldom event',
      });
    } finally {
      await client.end();
    }
  });

  test('every event is found by its name, often or seldom', async () => {
    const actor = 'system';
    const names = ['device_denied', 'recovery_started', 'authn_token_revoked'] as const;
    for (const event of names) {
      const now = systemClock.now();
      await recordAudit(database, { id: uuidv7(now), at: new Date(now), event, actor, accountId: 'named' });
      for (const filter of [{ event }, { event, accountId: 'named' }])
        expect((await listAudit(database, filter, { limit: 5 })).items).toMatchObject([{ event }]);
    }
  });

  test('the walk reads more than a page, and an event says nothing that it does not have', async () => {
    for (let n = 0; n < 1_003; n++) await add('walked', n % 7);
    const ids: string[] = [];
    for await (const { id } of walkAudit(database, { accountId: 'walked' })) ids.push(id);
    expect(new Set(ids).size).toBe(1_003);
    const [id = ''] = ids;
    expect(await readAudit(database, id)).toEqual({
      id,
      at: expect.any(String),
      recorded_at: expect.any(String),
      outcome: 'success',
      event: 'user_updated',
      actor: 'system',
      account_id: 'walked',
      detail: {},
    });
  });
});
