import { type Queryable, sql, statement } from '@rekey/database';

/** What has changed about a member of staff, as the audit has it. */
export interface StaffChange {
  staff: string;
  /** `staff_registered`: a passkey in place of another one. */
  event: 'staff_disabled' | 'staff_enabled' | 'staff_role_changed' | 'staff_registered';
  at: Date;
  /** The new one, of `staff_role_changed`. */
  role: string | null;
}

const read = statement(
  'audit_staff_changes',
  sql`select coalesce(detail->>'staff', substr(actor, 7)) as staff, event, at, detail->>'role' as role from audit_events
   where event in ('staff_disabled', 'staff_enabled', 'staff_role_changed', 'staff_registered') and at >= :since::timestamptz
     and (detail->>'staff' = any(:staff::text[])
       or event = 'staff_registered' and detail->>'passkeys_ended' <> '0' and substr(actor, 7) = any(:staff::text[]))
   order by recorded_at, id`,
);

/**
 * What the audit says about changes of members of staff, oldest first. Who can write to the table of members can put a row back as it was,
 * with the seal that it had; no role of the processes takes anything out of the audit.
 */
export const staffChanges = (
  database: Queryable,
  of: { staff: readonly string[]; since: Date },
): Promise<StaffChange[]> =>
  database.query<StaffChange>(read, { staff: [...new Set(of.staff)], since: of.since });
