import { sql } from '@rekey/database';
import type { Json } from '../export/canonical.js';
import type { SealedEvent } from '../export/leaf.js';

/** An event as the statements of sealing and exporting read it: times as RFC 3339 with six digits. */
export interface EventRow {
  id: string;
  event: string;
  actor: string;
  account_id: string | null;
  recovery_id: string | null;
  request_id: string | null;
  source: string | null;
  detail: { [member: string]: Json };
  at: string;
  recorded_at: string | null;
}

/** The members of an event `e`, as {@link EventRow} has them. */
export const eventMembers = sql`e.id, e.event, e.actor, e.account_id, e.recovery_id, e.request_id, e.source, e.detail,
   to_char(e.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at,
   to_char(e.recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as recorded_at`;

/** @param commitment to the account of the event */
export const sealedAs = (row: EventRow, commitment: Buffer | null): SealedEvent => ({
  id: row.id,
  at: row.at,
  recorded_at: row.recorded_at ?? undefined,
  event: row.event,
  actor: row.actor,
  account: commitment?.toString('base64url'),
  recovery_id: row.recovery_id ?? undefined,
  request_id: row.request_id ?? undefined,
  source: row.source ?? undefined,
  detail: row.detail,
});
