import { statement } from '@rekey/database';
import { forgetSpent } from '@rekey/limits';
import { wiped } from './cancel.js';
import type { MessageContext } from './context.js';
import { lifetimes } from './lifetimes.js';
import { sqlStates, stateAfter, statesBefore } from './moves.js';

const due = statement(
  'recovery_due_messages',
  `update messages set due_at = :now::timestamptz + :again::integer * interval '1 millisecond'
   where id in (
     select id from messages where state = 'queued' and due_at <= :now order by due_at limit 500 for update skip locked
   )
   returning id`,
);

/**
 * Messages that wait without anyone looking after them: notices that were just written, and rows whose job was lost with
 * its queue. The row is the truth, the queue is only the alarm clock. An id that still has its job gets no second one.
 *
 * @returns their ids, for the caller to enqueue
 */
export async function sweepMessages({ database, clock }: MessageContext): Promise<string[]> {
  const values = { now: new Date(clock.now()), again: lifetimes.messageDue };
  const rows = await database.query<{ id: string }>(due, values);
  return rows.map(({ id }) => id);
}

const expire = statement(
  'recovery_expire',
  `with ended as (
     update recoveries set state = '${stateAfter('expire')}', ended_at = :now, ${wiped}
     where id in (
       select id from recoveries
       where state in (${sqlStates(statesBefore('expire'))}) and least(idle_expires_at, expires_at) <= :now
         and (lease_expires_at is null or lease_expires_at <= :now)
       order by idle_expires_at limit 500 for update skip locked
     )
     returning id
   )
   update messages set state = 'dropped', reason = 'ended'
   from ended where messages.recovery_id = ended.id and messages.state = 'queued'`,
);

const forgetRecoveries = statement(
  'recovery_forget',
  `delete from recoveries where id in (
     select id from recoveries where ended_at is not null and ended_at <= :before order by created_at limit 500
   )`,
);

const forgetAnswers = statement('kept_answer_forget', 'delete from kept_answers where expires_at <= :now');

/** Ends what has run out, wiping who it was about; removes what has been kept long enough. */
export async function sweepRecoveries({ database, clock }: MessageContext): Promise<void> {
  const now = new Date(clock.now());
  await database.query(expire, { now });
  await database.query(forgetRecoveries, { before: new Date(clock.now() - lifetimes.kept) });
  await database.query(forgetAnswers, { now });
  await forgetSpent(database, now);
}
