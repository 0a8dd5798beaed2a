export { type AuditEvent, type AuditEventName, auditInsert, findAudit, recordAudit } from './audit-event.js';
