import { type AuditEventView, eventsOfRequest } from '@rekey/audit';
import { type Refusal, refuse } from '@rekey/kernel';
import { readRequestId } from '@rekey/telemetry';
import { auditReading } from './audit-reading.js';
import type { ManagementContext } from './management-context.js';

/**
 * Reads what a request has caused, oldest first and 200 events at most, and audits that. Refusals: `not_found` when nothing is known of it.
 *
 * @param id as `X-Request-Id` has it, or its 32 digits alone
 */
export async function readRequestOf(
  context: ManagementContext,
  actor: string,
  id: string,
): Promise<AuditEventView[] | Refusal> {
  const request = readRequestId(id);
  if (request === undefined) return refuse('not_found');
  const events = await eventsOfRequest(context.database, request);
  await auditReading(context, actor, {
    event: 'request_looked_up',
    detail: { request, found: events.length },
  });
  return events.length > 0 ? events : refuse('not_found');
}
