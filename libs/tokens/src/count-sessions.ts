import { type Queryable, sql, statement } from '@rekey/database';
import { firstUuidv7 } from '@rekey/kernel';
import type { Cause } from './diagnose/causes.js';
import { causeOfEnd } from './diagnose/session-state.js';
import type { EndReason } from './end-sessions.js';

/** Sessions that were issued in some time. */
export interface SessionCounts {
  issued: number;
  /** How many of them were ended before their time until now, by why. */
  ended: { cause: Cause; count: number }[];
}

/** By the primary key, whose order is the order of time: it reads the sessions that it counts. */
const count = statement(
  'sessions_count',
  sql`select end_reason, count(*)::integer as count from sessions where id >= :from::uuid and id < :to::uuid group by end_reason`,
);

/** Counts the sessions that were issued from a time (in it) to another one (not in it). */
export async function countSessions(
  database: Queryable,
  of: { from: Date; to: Date },
): Promise<SessionCounts> {
  const [from, to] = [firstUuidv7(of.from.getTime()), firstUuidv7(of.to.getTime())];
  const rows = await database.query<{ end_reason: string | null; count: number }>(count, { from, to });
  const ended = new Map<Cause, number>();
  for (const { end_reason: reason, count: sessions } of rows) {
    if (reason === null) continue;
    const cause = causeOfEnd[reason as EndReason];
    ended.set(cause, (ended.get(cause) ?? 0) + sessions);
  }
  return {
    issued: rows.reduce((sum, row) => sum + row.count, 0),
    ended: [...ended].map(([cause, sessions]) => ({ cause, count: sessions })),
  };
}
