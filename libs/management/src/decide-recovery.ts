import { isUuid, type Refusal, refuse } from '@rekey/kernel';
import { denyRecovery, releaseRecovery } from '@rekey/recovery';
import { type ManagementContext } from './management-context.js';

/** Ends the waiting of a held recovery, or the recovery itself. Refusals: `not_found`, `invalid_state`. */
export async function decideRecovery(
  context: ManagementContext,
  actor: string,
  { id, reason, decision }: { id: string; reason: string; decision: 'release' | 'deny' },
): Promise<undefined | Refusal> {
  if (!isUuid(id)) return refuse('not_found');
  const decide = decision === 'release' ? releaseRecovery : denyRecovery;
  return decide(context, { id, reason, actor });
}
