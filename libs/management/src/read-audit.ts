import {
  type AuditEvent,
  type AuditEventView,
  type AuditFilter,
  listAudit,
  readAudit,
  walkAudit,
} from '@rekey/audit';
import type { Page } from '@rekey/database';
import { type Position, type Refusal, refuse } from '@rekey/kernel';
import { auditReading } from './audit-reading.js';
import type { ManagementContext } from './management-context.js';

const detailOf = ({ event, from, to }: AuditFilter): NonNullable<AuditEvent['detail']> => ({
  ...(event ? { event } : {}),
  ...(from ? { from: from.toISOString() } : {}),
  ...(to ? { to: to.toISOString() } : {}),
});

/** Reads a page of the audit, newest first, and audits that. The event of this reading is not in the page. */
export async function searchAudit(
  context: ManagementContext,
  actor: string,
  filter: AuditFilter,
  page: { after?: Position | undefined; limit: number },
): Promise<Page<AuditEventView>> {
  const found = await listAudit(context.database, filter, page);
  await auditReading(context, actor, {
    event: 'audit_searched',
    ...subjectOf(filter),
    detail: detailOf(filter),
  });
  return found;
}

/** Reads one event, and audits that. Refusals: `not_found`. */
export async function readAuditEvent(
  context: ManagementContext,
  actor: string,
  id: string,
): Promise<AuditEventView | Refusal> {
  const event = await readAudit(context.database, id);
  if (!event) return refuse('not_found');
  const { account_id: accountId, recovery_id: recoveryId } = event;
  await auditReading(context, actor, { event: 'audit_searched', accountId, recoveryId, detail: { id } });
  return event;
}

/** What an export of the audit selects, and as what it is written. */
export interface AuditExport extends AuditFilter {
  format: 'ndjson' | 'csv';
}

/** Reads every event of a filter, newest first. The export is audited before the first of them is read. */
export async function exportAudit(
  context: ManagementContext,
  actor: string,
  { format, ...filter }: AuditExport,
): Promise<AsyncIterable<AuditEventView>> {
  const detail = { format, ...detailOf(filter) };
  await auditReading(context, actor, { event: 'audit_exported', ...subjectOf(filter), detail });
  return walkAudit(context.database, filter);
}

const subjectOf = ({ accountId, recoveryId }: AuditFilter) => ({ accountId, recoveryId });
