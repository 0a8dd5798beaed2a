import { randomBytes } from 'node:crypto';
import { AuditSealer } from '@rekey/audit';
import { type Database, openDatabase, sql, statement } from '@rekey/database';
import { Keyring, MovableClock } from '@rekey/kernel';
import { until } from '../../../test/flows/rekey.js';
import { createDatabase, type TestDatabase } from '../../../test/runner/database.js';
import { sweepRecoveries } from './index.js';

/** Events of this age. Only a superuser can forge them: the clock of the database decides how old they are. */
const write = statement(
  'spec_audit_write',
  sql`insert into audit_events (id, at, event, actor, recorded_at)
   select gen_random_uuid(), now() - :age::interval, 'recovery_started', :actor, now() - :recorded::interval
   from generate_series(1, :count::integer)`,
);
const count = statement(
  'spec_audit_count',
  sql`select actor, count(*)::integer as n from audit_events group by actor order by actor`,
);
const remove = statement('spec_audit_remove', sql`delete from audit_events where actor = :actor`);
const change = statement(
  'spec_audit_change',
  sql`update audit_events set at = at - interval '1 year' where actor = :actor`,
);

const sealedCount = statement('spec_audit_sealed', sql`select size::float8 as size from audit_sealing`);
const standing = statement('spec_audit_standing', sql`select from audit_sealing for update`);

describe('retention of the audit', () => {
  let postgres: TestDatabase;
  let database: Database;
  let admin: Database;
  beforeEach(async () => {
    postgres = await createDatabase();
    database = await openDatabase({ url: postgres.url, name: 'spec' });
    admin = await openDatabase({ url: postgres.adminUrl, name: 'spec' });
  });
  afterEach(async () => {
    await database.close();
    await admin.close();
    await postgres.drop();
  });

  const writeAged = (age: string, actor: string, rows: number, recorded: string | null = age) =>
    admin.query(write, { age, actor, count: rows, recorded });
  const keyring = new Keyring([{ id: 'a', key: randomBytes(32) }]);
  // A process whose clock is decades ahead removes nothing early.
  const clock = new MovableClock(3_000_000_000_000);
  const sweep = () => sweepRecoveries({ database, keyring, clock });
  const sealed = (size: number) =>
    until(`${size} sealed events`, async () => {
      await new AuditSealer({ database, clock, keyring }).seal();
      const [found] = await database.query<{ size: number }>(sealedCount);
      return found?.size === size ? size : undefined;
    });

  test('audit events are kept for twelve months and then pruned, once they are sealed', async () => {
    await writeAged('12 months 1 day', 'older', 1);
    await writeAged('12 months 1 day', 'before it was recorded', 1, null);
    await writeAged('12 months -1 day', 'younger', 1);
    await sweep();
    expect(await database.query(count)).toHaveLength(3);
    await sealed(3);
    await sweep();
    expect(await database.query(count)).toEqual([{ actor: 'younger', n: 1 }]);
  });

  test('retention counts from when an event was recorded, whatever time it states', async () => {
    await writeAged('12 months 1 day', 'older', 1);
    await writeAged('3 years', 'backdated', 1, '1 minute');
    await sealed(2);
    await sweep();
    expect(await database.query(count)).toEqual([{ actor: 'backdated', n: 1 }]);
  });

  test('nobody can remove or change an event before that, or make it older first', async () => {
    await writeAged('12 months -1 day', 'younger', 1);
    await sealed(1);
    for (const forbidden of [remove, change]) {
      await expect(database.query(forbidden, { actor: 'younger' })).rejects.toThrow('permission denied');
      await expect(admin.query(forbidden, { actor: 'younger' })).rejects.toThrow('append-only');
    }
    await sweep();
    expect(await database.query(count)).toEqual([{ actor: 'younger', n: 1 }]);
  });

  test('pruning deletes five thousand at a time, the oldest first; sweeps at once do not block each other', async () => {
    await writeAged('13 months', 'oldest', 5_000);
    await sealed(5_000);
    await writeAged('12 months 1 day', 'older', 1);
    await writeAged('12 months -1 day', 'younger', 1);
    await sealed(5_002);
    await sweep();
    expect(await database.query(count)).toEqual([
      { actor: 'older', n: 1 },
      { actor: 'younger', n: 1 },
    ]);
    await database.transaction(async (tx) => {
      await tx.query(standing);
      await sweep();
    });
    await Promise.all([sweep(), sweep()]);
    expect(await database.query(count)).toEqual([{ actor: 'younger', n: 1 }]);
  });
});
