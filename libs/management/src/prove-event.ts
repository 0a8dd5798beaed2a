import { proveEvent, type WrittenProof } from '@rekey/audit';
import { isUuid, type Refusal, refuse } from '@rekey/kernel';
import { auditReading } from './audit-reading.js';
import type { ManagementContext } from './management-context.js';

/** Proves that an event is in the log. Refusals: `not_found`, also for an event that is not sealed yet. */
export async function proveAuditEvent(
  context: ManagementContext,
  actor: string,
  id: string,
): Promise<WrittenProof | Refusal> {
  const proof = isUuid(id) ? await proveEvent(context.database, id) : undefined;
  if (!proof) return refuse('not_found');
  await auditReading(context, actor, { event: 'audit_searched', detail: { id } });
  return proof;
}
