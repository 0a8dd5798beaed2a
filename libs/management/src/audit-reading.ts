import { type AuditEvent, recordAudit } from '@rekey/audit';
import { uuidv7 } from '@rekey/kernel';
import { type ManagementContext } from './management-context.js';

/** Audits that a client, or a member of staff, reads something. Nothing is shown when this fails. */
export async function auditReading(
  { database, clock }: ManagementContext,
  actor: string,
  of: Pick<AuditEvent, 'event' | 'accountId' | 'recoveryId' | 'detail'>,
): Promise<void> {
  const now = clock.now();
  await recordAudit(database, { id: uuidv7(now), at: new Date(now), actor, ...of });
}
