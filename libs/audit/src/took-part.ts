import { type Queryable, sql, statement } from '@rekey/database';

const read = statement(
  'audit_took_part',
  sql`select from audit_events where recovery_id = :recovery::uuid and event in ('assist_matched', 'override_used')
     and (actor = :actor or 'staff:' || (detail->>'requester') = :actor or 'staff:' || (detail->>'approver') = :actor) limit 1`,
);

/**
 * Whether somebody has started a recovery for its person, or has signed for an override in it or used it there: as the audit has it, which is
 * kept longer than an assist.
 *
 * @param of.actor as the audit names it
 */
export const tookPart = async (
  database: Queryable,
  of: { recovery: string; actor: string },
): Promise<boolean> => (await database.query(read, of)).length > 0;
