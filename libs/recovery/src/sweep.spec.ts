import { randomBytes } from 'node:crypto';
import { type Database, openDatabase, statement } from '@rekey/database';
import { Keyring, MovableClock } from '@rekey/kernel';
import { createDatabase, type TestDatabase } from '../../../test/runner/database.js';
import { sweepRecoveries } from './index.js';

/** Events of this age; the clock of the database says how old they are, and the trigger asks it as well. */
const write = statement(
  'spec_audit_write',
  `insert into audit_events (id, at, event, actor)
   select gen_random_uuid(), now() - :age::interval, 'recovery_started', :actor from generate_series(1, :count::integer)`,
);
const count = statement(
  'spec_audit_count',
  'select actor, count(*)::integer as n from audit_events group by actor order by actor',
);
const remove = statement('spec_audit_remove', 'delete from audit_events where actor = :actor');
const change = statement(
  'spec_audit_change',
  `update audit_events set at = at - interval '1 year' where actor = :actor`,
);

describe('the audit', () => {
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

  const sweep = () =>
    sweepRecoveries({
      database,
      keyring: new Keyring([{ id: 'a', key: randomBytes(32) }]),
      // A process whose clock is decades fast removes nothing before its time.
      clock: new MovableClock(3_000_000_000_000),
    });

  test('is kept for twelve months and not for longer', async () => {
    await database.query(write, { age: '12 months 1 day', actor: 'older', count: 1 });
    await database.query(write, { age: '12 months -1 day', actor: 'younger', count: 1 });
    await sweep();
    expect(await database.query(count)).toEqual([{ actor: 'younger', n: 1 }]);
  });

  test('nobody removes or changes an event before that, nor makes it older first', async () => {
    for (const forbidden of [remove, change])
      await expect(database.query(forbidden, { actor: 'younger' })).rejects.toThrow('append-only');
    await sweep();
    expect(await database.query(count)).toEqual([{ actor: 'younger', n: 1 }]);
  });

  test('goes by five thousand at a time, the oldest first; two that sweep at once do not stop each other', async () => {
    const write5001 = async () => {
      await database.query(write, { age: '12 months 1 day', actor: 'older', count: 1 });
      await database.query(write, { age: '13 months', actor: 'oldest', count: 5_000 });
    };
    await write5001();
    await sweep();
    expect(await database.query(count)).toEqual([
      { actor: 'older', n: 1 },
      { actor: 'younger', n: 1 },
    ]);
    await write5001();
    await Promise.all([sweep(), sweep()]);
    await sweep();
    expect(await database.query(count)).toEqual([{ actor: 'younger', n: 1 }]);
  });
});
