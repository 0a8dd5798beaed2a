import { type Sql, statement } from '@rekey/database';

const hold = statement('account_hold', 'select id from accounts where id = :account for no key update');

/**
 * In a transaction, before what changes who can get into an account: whoever opens a session holds the row too (for share, see
 * {@link activeSubject}), so what a statement after this one sees is all that there is.
 *
 * Rows are held in one order, so that nobody waits in a circle: account, recovery, session, authorization code.
 */
export const holdAccount = (sql: Sql, account: string): Promise<object[]> => sql.query(hold, { account });

const mark = statement(
  'account_mark_stopped',
  // Each stop has a time of its own, also where it comes from a clock that is behind the one of the stop before.
  `update accounts set stopped_at = greatest(:at::timestamptz, stopped_at + interval '1 microsecond') where id = :account`,
);

/** In a transaction that holds the account: a recovery of it was stopped, so that the next one is held. */
export const markStopped = (sql: Sql, of: { account: string; at: Date }): Promise<object[]> =>
  sql.query(mark, of);

const clear = statement(
  'account_clear_stop',
  'update accounts set stopped_at = null where id = :account and stopped_at = :stop::timestamptz',
);

/**
 * In a transaction that holds the account: a recovery that was held for this stop is completed. One that came since stays.
 *
 * @param of.stop as `stopped_at` of a standing names it
 */
export const clearStop = (sql: Sql, of: { account: string; stop: string }): Promise<object[]> =>
  sql.query(clear, of);

/**
 * Whether nothing of an account was stopped since it was judged, as a condition on expressions: its last stop still is the one that was
 * judged, or is remembered no more, since another recovery that was held for it is completed. A stop is compared with itself and
 * never with a time of something else: the two may come from two clocks.
 *
 * @param judged `timestamptz`; null for none
 */
export const isLastStop = (account: string, judged: string): string =>
  `exists (select from accounts a where a.id = ${account} and (a.stopped_at is null or a.stopped_at = ${judged}::timestamptz))`;
