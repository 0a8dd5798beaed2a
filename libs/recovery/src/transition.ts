import type { AuditEventName } from '@rekey/audit';
import { sql } from '@rekey/database';
import type { HoldDecision } from './holds/hold.js';
import { lifetimes } from './lifetimes.js';
import type { Verdict } from './proving/judge.js';

/** The audit event of each transition that a judgement decides. */
export const eventOf = {
  prove: 'recovery_proven',
  prove_more: 'recovery_proof_accepted',
  hold: 'recovery_held',
  reopen: 'recovery_reopened',
} as const satisfies Record<string, AuditEventName>;

/** The member `hold` of the audit event of a decision. Empty for a recovery that has waited, or that needs more proofs. */
const decisionOf = (verdict: Verdict): { hold?: HoldDecision } =>
  (verdict.outcome === 'proven' || verdict.outcome === 'held') && verdict.decision
    ? { hold: verdict.decision }
    : {};

/** The values of {@link timesOfTransition}, and `:decision` for the detail of the audit event. */
export function timesOf(now: number, verdict: Verdict) {
  const hold = verdict.outcome === 'held' ? verdict.hold : undefined;
  const heldUntil = hold?.until ?? null;
  return {
    heldUntil,
    heldFor: hold?.for ?? null,
    heldBy: hold?.by ?? null,
    decision: JSON.stringify(decisionOf(verdict)),
    comesBackUntil: heldUntil && new Date(heldUntil.getTime() + lifetimes.afterHold),
    idleExpiresAt: new Date(now + lifetimes.idle),
    expiresAt: new Date(now + lifetimes.recovery),
  };
}

/**
 * The times and the hold that a transition sets, as assignments. A held recovery lives long enough for the person to come back after the hold. One that
 * returns to proving gets the usual times. Needs `:state`, `:heldUntil`, `:heldFor`, `:heldBy`, `:now`, `:comesBackUntil`, `:idleExpiresAt` and
 * `:expiresAt`.
 */
export const timesOfTransition = sql`
  held_until = case when :state = 'held' then :heldUntil::timestamptz when :state = 'proven' and held_until > :now then :now else held_until end,
  held_for = case when :state = 'held' then :heldFor::timestamptz else held_for end,
  held_by = case when :state = 'held' then :heldBy::text[] when :state = 'proven' then held_by end,
  proven_at = case when :state = 'proven' then :now::timestamptz end,
  expires_at = case when :state = 'held' then :comesBackUntil::timestamptz when state = 'held' and :state = 'proving' then :expiresAt::timestamptz else expires_at end,
  idle_expires_at = case when :state = 'held' then :comesBackUntil::timestamptz when state = 'held' and :state = 'proving' then :idleExpiresAt::timestamptz else idle_expires_at end`;
