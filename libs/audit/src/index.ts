export {
  type AuditEvent,
  auditInsert,
  findAudit,
  forgetAudit,
  recordAudit,
} from './audit-event.js';
export type { AuditEventName } from './events.js';
