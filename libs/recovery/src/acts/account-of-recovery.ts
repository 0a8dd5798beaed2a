import { type Queryable, sql, statement } from '@rekey/database';

const accountOf = statement('recovery_account', sql`select account_id from recoveries where id = :id`);

/** The account that a recovery is bound to, if it is. @param id UUID @returns undefined when there is no such recovery */
export async function accountOfRecovery(
  database: Queryable,
  id: string,
): Promise<{ accountId: string | undefined } | undefined> {
  const [row] = await database.query<{ account_id: string | null }>(accountOf, { id });
  return row && { accountId: row.account_id ?? undefined };
}
