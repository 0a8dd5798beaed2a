import { type Queryable, sql, statement } from '@rekey/database';

const waiting = statement(
  'override_count_waiting',
  sql`select count(*)::integer as waiting from override_requests where approved_at is null and denied_at is null and expires_at > :now::timestamptz`,
);

/** How many requests for an override wait for a second person. The table has a few rows. */
export async function countWaitingOverrides(database: Queryable, now: Date): Promise<number> {
  const [row] = await database.query<{ waiting: number }>(waiting, { now });
  return row?.waiting ?? 0;
}
