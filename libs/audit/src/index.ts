export { type AuditEvent, type AuditEventName, auditInsert, recordAudit } from './audit-event.js';
