import './audit-event.entity.js';

export {
  type AuditEvent,
  auditInsert,
  findAudit,
  pruneAudit,
  recordAudit,
} from './audit-event.js';
export type { AuditEventName } from './events.js';
