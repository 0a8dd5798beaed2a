import { type AuditEvent, recordAudit } from '@rekey/audit';
import type { Queryable } from '@rekey/database';
import { uuidv7 } from '@rekey/kernel';

type StaffEvent = Extract<AuditEvent['event'], `staff_${string}` | `override_${string}`>;

/** Why a passkey was refused, as the audit says it. */
export type PasskeyFailure =
  | 'challenge'
  | 'unknown_passkey'
  | 'other_member'
  | 'passkey'
  | 'cloned'
  | 'disabled'
  | 'altered';

/** Audits an act of staff. In a transaction, it is written with what it records. */
export const auditStaff = (
  database: Queryable,
  now: number,
  actor: string,
  event: StaffEvent,
  detail: NonNullable<AuditEvent['detail']>,
  accountId?: string,
  recoveryId?: string,
): Promise<void> =>
  recordAudit(database, { id: uuidv7(now), at: new Date(now), event, actor, detail, accountId, recoveryId });
