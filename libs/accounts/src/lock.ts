import { type Queryable, type SqlText, sql, statement } from '@rekey/database';

const lock = statement('account_lock', sql`select id from accounts where id = :account for no key update`);

/**
 * Locks an account in a transaction, before a change of who can get into it. Requests that open a session lock the row too (for share, see
 * {@link activeSubject}), so the statements after this one see every session there is.
 *
 * Rows are locked in one order to avoid deadlocks: "Locks" in docs/develop/schema.md.
 */
export const lockAccount = (database: Queryable, account: string): Promise<object[]> =>
  database.query(lock, { account });

const mark = statement(
  'account_mark_stopped',
  // Gives each stop a distinct time, even when its clock is behind the clock of the previous stop.
  sql`update accounts set stopped_at = greatest(:at::timestamptz, stopped_at + interval '1 microsecond') where id = :account`,
);

/** Marks that a recovery of the account was stopped, so that the next one is held. In a transaction that has locked the account. */
export const markStopped = (database: Queryable, of: { account: string; at: Date }): Promise<object[]> =>
  database.query(mark, of);

const clear = statement(
  'account_clear_stop',
  sql`update accounts set stopped_at = null where id = :account and stopped_at = :stop::timestamptz`,
);

/**
 * Clears a stop once a recovery that was held for it is completed, in a transaction that has locked the account. A later stop stays.
 *
 * @param of.stop the `stopped_at` that the recovery was held for
 */
export const clearStop = (database: Queryable, of: { account: string; stop: string }): Promise<object[]> =>
  database.query(clear, of);

/**
 * Whether no recovery of an account was stopped since it was judged, as a condition on expressions: its last stop is still the judged one,
 * or was cleared because another recovery that was held for it is completed. A stop is only compared with itself, never with the time of
 * anything else: the two may come from two clocks.
 *
 * @param judged `timestamptz`; null for none
 */
export const isLastStop = (account: SqlText, judged: SqlText): SqlText =>
  sql`exists (select from accounts a where a.id = ${account} and (a.stopped_at is null or a.stopped_at = ${judged}::timestamptz))`;

/**
 * Whether no recovery of an account was stopped after a time, as a condition on expressions. In doubt there was a stop: a whole day covers
 * the difference of two clocks.
 */
export const wasNotStoppedSince = (account: SqlText, time: SqlText): SqlText =>
  sql`exists (select from accounts a where a.id = ${account} and coalesce(a.stopped_at < ${time} - interval '1 day', true))`;
