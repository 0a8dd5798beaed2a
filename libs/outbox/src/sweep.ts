import { type Queryable, sql, statement } from '@rekey/database';
import type { MessageContext } from './context.js';
import { messageLifetimes } from './lifetimes.js';

const due = statement(
  'outbox_due_messages',
  sql`update messages set due_at = :now::timestamptz + :again::integer * power(2, least(attempts, 9)) * interval '1 millisecond'
   where id in (
     select id from messages where state = 'queued' and due_at <= :now order by due_at limit 500 for update skip locked
   )
   returning id, kind`,
);

/**
 * Returns the messages that no job will send: notifications, which this sweep sends in batches with growing delays between attempts, and
 * codes whose job was lost with its queue. The row is the truth, the queue is only the alarm clock.
 *
 * @returns ids, for the caller to enqueue; a code that still has its job does not get a second one
 */
export async function sweepMessages({
  database,
  clock,
}: MessageContext): Promise<{ codes: string[]; notices: string[] }> {
  const values = { now: new Date(clock.now()), again: messageLifetimes.due };
  const rows = await database.query<{ id: string; kind: string }>(due, values);
  const idsOf = (isCode: boolean) =>
    rows.filter(({ kind }) => (kind === 'recovery_code') === isCode).map(({ id }) => id);
  return { codes: idsOf(true), notices: idsOf(false) };
}

const postpone = statement(
  'outbox_postpone',
  sql`update messages set due_at = greatest(due_at, :at::timestamptz) where id = :messageId and state = 'queued'`,
);

/** No sweep returns the message sooner. @param ms milliseconds from now */
export async function postponeMessage(
  { database, clock }: Pick<MessageContext, 'database' | 'clock'>,
  messageId: string,
  ms: number,
): Promise<void> {
  await database.query(postpone, { messageId, at: new Date(clock.now() + ms) });
}

const waiting = statement(
  'outbox_count',
  sql`select count(*)::integer as count, min(created_at) as oldest
   from (select created_at from messages where state = 'queued' order by due_at limit 10000) queued`,
);

/**
 * Counts the messages that wait to be sent, by the partial index of queued rows and up to 10,000 rows.
 *
 * @returns `oldestMs`: how long the oldest of them has waited, in milliseconds
 */
export async function countOutbox({
  database,
  clock,
}: MessageContext): Promise<{ count: number; oldestMs: number }> {
  const [row] = await database.query<{ count: number; oldest: Date | null }>(waiting);
  return { count: row?.count ?? 0, oldestMs: row?.oldest ? clock.now() - row.oldest.getTime() : 0 };
}

/** Messages of recoveries are deleted with their recovery. */
const prune = statement(
  'outbox_prune',
  sql`delete from messages where id in (
     select id from messages where account_id is not null and state <> 'queued' and created_at <= :before
     order by created_at limit 500 for update skip locked
   )`,
);

/** Deletes notifications about accounts that are past their retention. */
export const pruneMessages = (database: Queryable, now: number): Promise<object[]> =>
  database.query(prune, { before: new Date(now - messageLifetimes.kept) });
