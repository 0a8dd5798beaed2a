import { pruneRemoved } from '@rekey/accounts';
import { pruneAudit } from '@rekey/audit';
import { literal, sql, statement } from '@rekey/database';
import { pruneCounters, pruneFailures, pruneOdds } from '@rekey/limits';
import { wiped } from './acts/cancel.js';
import type { ActContext } from './context.js';
import { lifetimes } from './lifetimes.js';
import { sourceStates, sqlStates, targetState } from './state-machine.js';
import { pruneFormerPasswords } from './stops/former-password.js';

const due = statement(
  'recovery_due_messages',
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
}: ActContext): Promise<{ codes: string[]; notices: string[] }> {
  const values = { now: new Date(clock.now()), again: lifetimes.messageDue };
  const rows = await database.query<{ id: string; kind: string }>(due, values);
  const idsOf = (isCode: boolean) =>
    rows.filter(({ kind }) => (kind === 'recovery_code') === isCode).map(({ id }) => id);
  return { codes: idsOf(true), notices: idsOf(false) };
}

const waiting = statement(
  'recovery_count_outbox',
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
}: ActContext): Promise<{ count: number; oldestMs: number }> {
  const [row] = await database.query<{ count: number; oldest: Date | null }>(waiting);
  return { count: row?.count ?? 0, oldestMs: row?.oldest ? clock.now() - row.oldest.getTime() : 0 };
}

const expire = statement(
  'recovery_expire',
  sql`with ended as (
     update recoveries set state = ${literal(targetState('expire'))}, ended_at = :now, ${wiped}
     where id in (
       select id from recoveries
       where state in (${sqlStates(sourceStates('expire'))}) and least(idle_expires_at, expires_at) <= :now
         and (lease_expires_at is null or lease_expires_at <= :now)
       order by idle_expires_at limit 500 for update skip locked
     )
     returning id
   ), silenced as (
     update messages set state = 'dropped', reason = 'ended'
     from ended where messages.recovery_id = ended.id and messages.state = 'queued'
   )
   select count(*)::integer as expired from ended`,
);

const pruneRecoveries = statement(
  'recovery_prune',
  sql`delete from recoveries where id in (
     select id from recoveries where ended_at is not null and ended_at <= :before order by created_at limit 500
   )`,
);

/** Messages of recoveries are deleted with their recovery. */
const pruneMessages = statement(
  'message_prune',
  sql`delete from messages where id in (
     select id from messages where account_id is not null and state <> 'queued' and created_at <= :before limit 500
   )`,
);

const pruneIdempotentResponses = statement(
  'idempotent_responses_prune',
  sql`delete from idempotent_responses where expires_at <= :now`,
);

/** Ends expired recoveries and erases what identifies the person; prunes what is past its retention. */
export async function sweepRecoveries({ database, clock }: ActContext): Promise<void> {
  const now = new Date(clock.now());
  const [row] = await database.query<{ expired: number }>(expire, { now });
  database.record('recoveries_expired', {}, row?.expired ?? 0);
  await database.query(pruneRecoveries, { before: new Date(clock.now() - lifetimes.kept) });
  await database.query(pruneMessages, { before: new Date(clock.now() - lifetimes.kept) });
  await database.query(pruneIdempotentResponses, { now });
  await pruneFormerPasswords(database, now);
  await pruneRemoved(database, new Date(clock.now() - lifetimes.stopLink));
  await pruneCounters(database, now);
  await pruneOdds(database, now);
  await pruneFailures(database, now);
  await pruneAudit(database);
}
