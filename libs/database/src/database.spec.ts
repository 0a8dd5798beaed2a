import { AnyRefusal, refuse } from '@rekey/kernel';
import { createDatabase, type TestDatabase } from '../../../test/runner/database.js';
import { Database, migrate, openDatabase, pendingMigrations, statement, type Transaction } from './index.js';
import { sql } from './sql-text.js';

describe('Database', () => {
  let postgres: TestDatabase;
  let database: Database;

  beforeAll(async () => {
    postgres = await createDatabase({ migrated: false });
    database = await openDatabase({ url: postgres.ownerUrl, name: 'spec', anySchema: true });
  });
  afterAll(async () => {
    await database.close();
    await postgres.drop();
  });

  const count = statement('spec_count', sql`select count(*)::int as n from pg_class where relname = :name`);

  test('names missing migrations, and none is missing after two migrations at once', async () => {
    expect((await pendingMigrations(database.dataSource)).length).toBeGreaterThan(0);
    await expect(openDatabase({ url: postgres.ownerUrl, name: 'early' })).rejects.toThrow(
      'run "npm run migrate" first',
    );
    const ran = await Promise.all([migrate({ url: postgres.ownerUrl }), migrate({ url: postgres.ownerUrl })]);
    expect(ran.map((names) => names.length > 0).sort()).toEqual([false, true]);
    expect(await pendingMigrations(database.dataSource)).toEqual([]);
  });

  test('a transaction that throws leaves nothing, and its connection returns to the pool', async () => {
    for (let i = 0; i < 12; i++) {
      const failing = database.transaction(async (tx) => {
        await tx.query(statement('spec_make', sql`create table spec_gone (id int)`));
        expect(await tx.query(count, { name: 'spec_gone' })).toEqual([{ n: 1 }]);
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
    }
    expect(await database.query(count, { name: 'spec_gone' })).toEqual([{ n: 0 }]);
  });

  class OtherRefusal extends AnyRefusal {}
  test.each([
    ['refusal', refuse('not_found')],
    ['refusal in other words', new OtherRefusal()],
  ])('a transaction that returns a %s leaves nothing, and runs no later statement', async (_what, no) => {
    const noted: unknown[][] = [];
    const watching = new Database(
      database.dataSource,
      () =>
        (...what) =>
          noted.push(what),
    );
    const work = async (tx: Transaction, outcome: unknown) => {
      await tx.query(statement('spec_refused', sql`create table spec_refused (id int)`));
      tx.afterCommit(() => noted.push(['afterwards']));
      tx.record('rate_limit_exceeded', { policy: 'starts' });
      return outcome;
    };
    expect(await watching.transaction((tx) => work(tx, no))).toBe(no);
    expect(await database.query(count, { name: 'spec_refused' })).toEqual([{ n: 0 }]);
    expect(noted).toEqual([]);
    // A value that is not a refusal commits.
    await watching.transaction((tx) => work(tx, { refused: true }));
    expect(await database.query(count, { name: 'spec_refused' })).toEqual([{ n: 1 }]);
    expect(noted).toEqual([['afterwards'], ['rate_limit_exceeded', { policy: 'starts' }]]);
    await database.dataSource.query('drop table spec_refused');
  });

  test.each<[string, (tx: Transaction, end: () => Promise<void>) => Promise<unknown>]>([
    [
      'before a statement',
      async (tx, end) => {
        await end();
        await tx.query(count, { name: 'spec_gone' });
      },
    ],
    [
      'before a statement of TypeORM',
      async (tx, end) => {
        await end();
        await tx.manager.query('select 1');
      },
    ],
    ['before the commit', (_tx, end) => end()],
  ])('a connection that is lost %s has an SQLSTATE', async (_when, work) => {
    const pid = statement('spec_pid', sql`select pg_backend_pid() as pid`);
    const end = statement('spec_end', sql`select pg_terminate_backend(:pid::int, 10000) as ended`);
    const interrupted = database.transaction(async (tx) => {
      const [mine] = await tx.query<{ pid: number }>(pid);
      // The final message of PostgreSQL is read before the next statement.
      const read = new Promise((resolve) =>
        tx.manager.queryRunner?.connect().then((c) => c.once('end', resolve)),
      );
      await work(tx, async () => {
        expect(await database.query(end, { pid: mine?.pid })).toEqual([{ ended: true }]);
        await read;
      });
    });
    await expect(interrupted).rejects.toMatchObject({ code: '08006' });
    expect(await database.query(count, { name: 'spec_gone' })).toEqual([{ n: 0 }]);
  });

  test('TypeORM and hand-written SQL share a transaction, and a library can join it', async () => {
    await database.transaction(async (tx) => {
      const [mine] = await tx.query<{ xid: string }>(
        statement('spec_xid', sql`select pg_current_xact_id()::text as xid`),
      );
      const [theirs] = await tx.manager.query('select pg_current_xact_id()::text as xid');
      const library = async () => {
        const text = 'select pg_current_xact_id()::text as xid';
        return (await database.queryInBoundTransaction({ text })).rows[0];
      };
      expect(theirs).toEqual(mine);
      expect(await tx.insideTransaction(library)).toEqual(mine);
      expect(await library()).not.toEqual(mine);
    });
  });

  test('nobody can change or remove an audit event', async () => {
    await database.dataSource.query(
      `insert into audit_events (id, at, event, actor) values (gen_random_uuid(), now(), 'recovery_started', 'person')`,
    );
    await expect(database.dataSource.query(`update audit_events set actor = 'nobody'`)).rejects.toThrow(
      'append-only',
    );
    await expect(database.dataSource.query('delete from audit_events')).rejects.toThrow('append-only');
  });
});
