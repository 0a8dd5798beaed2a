import { createHash } from 'node:crypto';
import { type AuditEvent, insertAudit } from '@rekey/audit';
import { type Queryable, type SqlText, sql, statement } from '@rekey/database';
import { uuidv7 } from '@rekey/kernel';
import type { Budget } from './budgets.js';

/**
 * Audits the counters that a statement has just brought over their quota, as a data-modifying clause. The request after that finds a higher
 * count, so each counter has one event a window. Needs `:now`.
 *
 * @param counters a select of `audit_id, policy, quota, spent`, this charge included
 */
export const auditExceeded = (counters: SqlText): SqlText => sql`
  ${insertAudit} audit_id, :now::timestamptz, 'excess_rate_limit_exceeded', 'person', null, null,
    jsonb_build_object('policy', policy, 'quota', quota)
  from (${counters}) counter where spent = quota + 1`;

const once = statement(
  'limits_audit_once',
  sql`with first as (
     insert into limit_counters (key, spent, resets_at)
     select :key::bytea, 1, :at::timestamptz + :windowMs::bigint * interval '1 millisecond'
     on conflict (key) do update set resets_at = excluded.resets_at where limit_counters.resets_at <= :at::timestamptz
     returning key
   )
   ${insertAudit} :id::uuid, :at::timestamptz, :event::text, :actor::text, :accountId::text, :recoveryId::uuid, :detail::jsonb from first`,
);

/**
 * Audits what a caller can repeat at will: at most one event a party and window. What comes after it in the window is counted nowhere.
 *
 * @param of.party what the event is about; a digest of it is stored
 */
export async function recordAuditOnce(
  database: Queryable,
  event: Omit<AuditEvent, 'id' | 'at'>,
  of: { party: string | Buffer; windowMs: number; now: number },
): Promise<void> {
  await database.query(once, {
    key: createHash('sha256').update(`audit/${event.event}\0`).update(of.party).digest(),
    windowMs: of.windowMs,
    id: uuidv7(of.now),
    at: new Date(of.now),
    event: event.event,
    actor: event.actor,
    accountId: event.accountId ?? null,
    recoveryId: event.recoveryId ?? null,
    detail: JSON.stringify(event.detail ?? {}),
  });
}

/** Audits the refusal of a limit that is not counted as {@link auditExceeded} needs it: once a party and window. */
export const recordExceeded = (
  database: Queryable,
  { policy, quota, windowMs }: Budget,
  of: { party: string | Buffer; now: number; accountId?: string; recoveryId?: string },
): Promise<void> => {
  const { party, now, ...about } = of;
  const event = 'excess_rate_limit_exceeded';
  return recordAuditOnce(
    database,
    { event, actor: 'person', ...about, detail: { policy, quota } },
    { party, windowMs, now },
  );
};
