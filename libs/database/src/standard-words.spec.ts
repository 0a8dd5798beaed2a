import type { QueryRunner } from 'typeorm';
import { createDatabase, type TestDatabase } from '../../../test/runner/database.js';
import { type Database, migrate, openDatabase } from './index.js';
import { DatabaseStandardWords1764000000033 } from './migrations/33-database-standard-words.js';

/** The migration renames things in tables with rows: no row may be lost on the way up or on the way back. */
describe('migration 33', () => {
  const migration = new DatabaseStandardWords1764000000033();
  let postgres: TestDatabase;
  let database: Database;
  let runner: QueryRunner;
  beforeAll(async () => {
    postgres = await createDatabase({ migrated: false });
    await migrate({ url: postgres.ownerUrl });
    database = await openDatabase({ url: postgres.ownerUrl, name: 'spec' });
    runner = database.dataSource.createQueryRunner();
    await migration.down(runner);
  });
  afterAll(async () => {
    await runner.release();
    await database.close();
    await postgres.drop();
  });

  /** Tables, columns, indexes and constraints by name. */
  const names = async (): Promise<string[]> => {
    const rows: { name: string }[] = await runner.query(`
      select relname as name from pg_class where relnamespace = 'public'::regnamespace
      union select conrelid::regclass || ' ' || conname from pg_constraint
        where connamespace = 'public'::regnamespace and contype in ('p', 'f', 'u', 'c')
      union select attrelid::regclass || '.' || attname from pg_attribute a join pg_class c on c.oid = attrelid
        where relnamespace = 'public'::regnamespace and relkind = 'r' and attnum > 0 and not attisdropped
      order by 1`);
    return rows.map(({ name }) => name);
  };
  const states = async (): Promise<Record<string, string>> => {
    const rows: { client_id: string; state: string }[] = await runner.query(
      'select client_id, state from recoveries',
    );
    return Object.fromEntries(rows.map(({ client_id: what, state }) => [what, state]));
  };
  /** A recovery of the old schema, named by its client. */
  const put = async (what: string, state: string, by?: string): Promise<void> => {
    const [{ id }] = await runner.query(
      `insert into recoveries (id, state, created_at, idle_expires_at, expires_at, identifier_digests, client_id, resend_at, guess_key,
         settled_at)
       values (gen_random_uuid(), $1, now(), now(), now(), '{}', $2, now(), '', case when $1 = 'settled' then now() end) returning id`,
      [state, what],
    );
    if (by)
      await runner.query(
        `insert into audit_events (id, at, event, actor, recovery_id, detail)
         values (gen_random_uuid(), now(), 'recovery_stopped', 'person', $1, jsonb_build_object('by', $2::text))`,
        [id, by],
      );
  };

  test('states, columns and rows are migrated, and the way back restores them', async () => {
    const before = await names();
    expect(before).toContain('kept_answers_recovery');
    for (const state of ['proving', 'proven', 'settled', 'expired']) await put(state, state);
    await put('given up', 'stopped', 'bearer');
    await put('not me', 'stopped', 'stop_link');
    await runner.query(`
      insert into token_families (id, client_id, scope, acr, amr, auth_time, idle_ms, access_ms, created_at, expires_at)
      values ('00000000-0000-0000-0000-000000000001', 'default', '', '', '{}', now(), 1, 1, now(), now())`);
    await runner.query(`
      insert into refresh_tokens (digest, family_id, created_at) values ('a', '00000000-0000-0000-0000-000000000001', now())`);

    await runner.query(`
      insert into kept_answers (key, request, recovery_id, answer, expires_at)
      select 'k', 'r', id, '{"id":"1","link_number":"123"}', now() from recoveries where client_id = 'proving'`);
    const stored = async (table: string, column: string): Promise<unknown> =>
      (await runner.query(`select ${column} as stored from ${table}`))[0].stored;

    await migration.up(runner);
    expect(await stored('idempotent_responses', 'response')).toEqual({ id: '1', match_number: '123' });
    expect(await states()).toEqual({
      proving: 'proving',
      proven: 'proven',
      settled: 'completed',
      expired: 'expired',
      'given up': 'cancelled',
      'not me': 'stopped',
    });
    const after = await names();
    expect(after.filter((name) => /kept_answer|spent_token|famil|settled/.test(name))).toEqual([]);
    expect(
      await runner.query(
        `select s.client_id, completed_at is not null as completed from refresh_tokens t join sessions s on s.id = t.session_id, recoveries
         where recoveries.client_id = 'settled'`,
      ),
    ).toEqual([{ client_id: 'default', completed: true }]);

    await migration.down(runner);
    expect(await names()).toEqual(before);
    expect(await stored('kept_answers', 'answer')).toEqual({ id: '1', link_number: '123' });
    expect(await states()).toMatchObject({ settled: 'settled', 'given up': 'stopped', 'not me': 'stopped' });
    await migration.up(runner);
    expect(await names()).toEqual(after);
  });
});
