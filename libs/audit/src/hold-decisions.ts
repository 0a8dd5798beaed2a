import { type Queryable, sql, statement } from '@rekey/database';
import { firstUuidv7 } from '@rekey/kernel';

/** What was decided about a recovery with enough proofs. */
export interface RecordedDecision {
  recovery_id: string;
  at: Date;
  /** The member `hold` of the detail; null without facts: an earlier release recorded it, or the recovery had waited before. */
  hold: unknown;
}

const read = statement(
  'audit_hold_decisions',
  sql`select id, recovery_id, at, case when jsonb_typeof(detail->'hold'->'facts') = 'object' then detail->'hold' end as hold from audit_events
   where id > :after::uuid and id < :until::uuid and event in ('recovery_proven', 'recovery_held') and recovery_id is not null
   order by id limit 5000`,
);

/**
 * Reads the decisions about holds between two times, the oldest first: one for each recovery. If there are several, that is the last with
 * a recorded hold.
 */
export async function readHoldDecisions(
  database: Queryable,
  { since, until }: { since: Date; until: Date },
): Promise<RecordedDecision[]> {
  const decisions = new Map<string, RecordedDecision>();
  const end = firstUuidv7(until.getTime());
  for (let after = firstUuidv7(since.getTime()); ; ) {
    const rows = await database.query<RecordedDecision & { id: string }>(read, { after, until: end });
    for (const { id: _event, ...row } of rows)
      if (row.hold !== null || !decisions.has(row.recovery_id)) decisions.set(row.recovery_id, row);
    const last = rows.at(-1);
    if (!last) return [...decisions.values()];
    after = last.id;
  }
}
