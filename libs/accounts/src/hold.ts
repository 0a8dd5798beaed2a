import { type Sql, statement } from '@rekey/database';

const hold = statement('account_hold', 'select id from accounts where id = :account for no key update');

/**
 * In a transaction, before what changes who can get into an account: whoever opens a session holds the row too (for share, see
 * {@link activeSubject}), so what a statement after this one sees is all that there is.
 *
 * Rows are held in one order, so that nobody waits in a circle: account, recovery, session, authorization code.
 */
export const holdAccount = (sql: Sql, account: string): Promise<object[]> => sql.query(hold, { account });

const mark = statement('account_mark_stopped', 'update accounts set stopped_at = :at where id = :account');

/** In a transaction that holds the account: a recovery of it was stopped, so that the next one is held. Null: one was completed since. */
export const markStopped = (sql: Sql, of: { account: string; at: Date | null }): Promise<object[]> =>
  sql.query(mark, of);

/** Whether no recovery of an account was stopped after a moment, as a condition on expressions. */
export const notStoppedSince = (account: string, at: string): string =>
  `coalesce((select a.stopped_at <= ${at} from accounts a where a.id = ${account}), true)`;
