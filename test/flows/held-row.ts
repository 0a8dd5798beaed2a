import pg from 'pg';
import { type Rekey, until } from './rekey.js';

/** The row of a recovery in a transaction of the test: who writes it waits. */
export interface HeldRow {
  /** Until so many statements wait for a lock. */
  waiting(statements: number): Promise<void>;
  /** In that transaction; `commit` and `rollback` give the row back. */
  query(text: string, values?: unknown[]): Promise<unknown>;
}

/** @param work the row is given back after it, whatever happens */
export async function holdingRow<Result>(
  rekey: Rekey,
  recovery: string,
  work: (row: HeldRow) => Promise<Result>,
): Promise<Result> {
  const holder = new pg.Client({ connectionString: rekey.settings.databaseUrl });
  await holder.connect();
  try {
    await holder.query('begin');
    await holder.query('select 1 from recoveries where id = $1 for update', [recovery]);
    return await work({
      async waiting(statements) {
        await until(`${statements} statements that wait`, async () => {
          const [row] = await rekey.sql(
            `select count(*)::int as n from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
          );
          return row.n === statements || undefined;
        });
      },
      query: (text, values) => holder.query(text, values),
    });
  } finally {
    await holder.end();
  }
}
