import { type Refusal, refuse } from '@rekey/kernel';
import { type RecoveryTimeline, readRecovery } from '@rekey/recovery';
import { auditReading } from './audit-reading.js';
import type { ManagementContext } from './management-context.js';

/** Reads a recovery with its timeline, and audits that. The event of this reading is not in the timeline. Refusals: `not_found`. */
export async function readRecoveryOf(
  context: ManagementContext,
  actor: string,
  id: string,
): Promise<RecoveryTimeline | Refusal> {
  const timeline = await readRecovery(context, new Date(context.clock.now()), id);
  if (!timeline) return refuse('not_found');
  const { account_id: accountId } = timeline;
  await auditReading(context, actor, { event: 'recovery_looked_up', accountId, recoveryId: id });
  return timeline;
}
