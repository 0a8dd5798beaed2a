/**
 * How an event ended, fixed by its name: `success`, what was asked for was done; `failure`, it was tried and did not succeed; `denied`, a rule
 * refused it before it was tried.
 */
export const auditOutcomes = ['success', 'failure', 'denied'] as const;
export type AuditOutcome = (typeof auditOutcomes)[number];

/** What the reference says about an event. */
export interface Described {
  /** What happened. */
  when: string;
  outcome: AuditOutcome;
  /** Who did it, as `actor` of the event: `person`, `system`, a client as `client:<client_id>`, or a member of staff as `staff:<id>`. */
  actor: readonly ('person' | 'system' | 'client' | 'staff')[];
  /** Members of `detail`. */
  detail?: readonly string[];
}
