import { type Sql, statement } from '@rekey/database';

const hold = statement('account_hold', 'select id from accounts where id = :account for no key update');

/**
 * In a transaction, before what changes who can get into an account: whoever opens a session holds the row too (for share, see
 * {@link activeSubject}), so what a statement after this one sees is all that there is.
 *
 * Rows are held in one order, so that nobody waits in a circle: account, recovery, session, authorization code.
 */
export const holdAccount = (sql: Sql, account: string): Promise<object[]> => sql.query(hold, { account });
