import { type Queryable, sql, statement } from '@rekey/database';
import { firstUuidv7 } from '@rekey/kernel';
import { sourceStates, sqlStates } from '../state-machine.js';

/** What has become of the recoveries that were started in some time, until now. One recovery is in several of these. */
export interface RecoveryCounts {
  started: number;
  /** Enough was proved. */
  proven: number;
  /** It waits, or has waited, on a hold. */
  held: number;
  /** It led to fresh credentials, also when it was stopped afterwards. */
  completed: number;
  /** An owner disputed it, an operator denied it, or its account changed. */
  stopped: number;
  /** The person gave it up. */
  cancelled: number;
  /** It ran out of time, also before the sweep has said so. */
  expired: number;
}

/** By the primary key, whose order is the order of time: it reads the recoveries that it counts. */
const count = statement(
  'recovery_count',
  sql`select count(*)::integer as started,
     (count(*) filter (where proven_at is not null or held_by is not null))::integer as proven,
     (count(*) filter (where held_by is not null))::integer as held,
     (count(*) filter (where completed_at is not null))::integer as completed,
     (count(*) filter (where state = 'stopped'))::integer as stopped,
     (count(*) filter (where state = 'cancelled'))::integer as cancelled,
     (count(*) filter (where state = 'expired'
       or state in (${sqlStates(sourceStates('expire'))}) and least(expires_at, idle_expires_at) <= :now::timestamptz))::integer as expired
   from recoveries where id >= :from::uuid and id < :to::uuid`,
);

/** Counts the recoveries that were started from a time (in it) to another one (not in it). */
export async function countRecoveries(
  database: Queryable,
  of: { from: Date; to: Date; now: Date },
): Promise<RecoveryCounts> {
  const [from, to] = [firstUuidv7(of.from.getTime()), firstUuidv7(of.to.getTime())];
  const [row] = await database.query<RecoveryCounts>(count, { from, to, now: of.now });
  if (!row) throw new Error('a count has no row');
  return row;
}

/** By the index of what has not ended, which is small. */
const waiting = statement(
  'recovery_count_held',
  sql`select count(*)::integer as held from recoveries where ended_at is null and state = 'held' and held_until > :now::timestamptz`,
);

/** How many recoveries wait on a hold that is not over. */
export async function countHeld(database: Queryable, now: Date): Promise<number> {
  const [row] = await database.query<{ held: number }>(waiting, { now });
  return row?.held ?? 0;
}
