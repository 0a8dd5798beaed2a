import type { AuditEventName } from './events.js';

/** An event and its former name: old rows keep it, since the audit cannot be changed. */
export const namesOf = (event: AuditEventName): string[] =>
  event === 'recovery_completed' ? [event, 'recovery_settled'] : [event];
