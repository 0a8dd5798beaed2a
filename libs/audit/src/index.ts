export {
  type AuditEvent,
  type AuditEventName,
  auditInsert,
  findAudit,
  forgetAudit,
  recordAudit,
} from './audit-event.js';
