import type { AuditEventName } from '@rekey/audit';
import { sql } from '@rekey/database';
import { lifetimes } from './lifetimes.js';
import type { Verdict } from './proving/judge.js';

/** The audit event of each transition that a judgement decides. */
export const eventOf = {
  prove: 'recovery_proven',
  prove_more: 'recovery_proof_accepted',
  hold: 'recovery_held',
  reopen: 'recovery_reopened',
} as const satisfies Record<string, AuditEventName>;

/** The values of {@link timesOfTransition}. */
export function timesOf(now: number, verdict: Verdict) {
  const hold = verdict.outcome === 'held' ? verdict.hold : undefined;
  const heldUntil = hold?.until ?? null;
  return {
    heldUntil,
    heldFor: hold?.for ?? null,
    comesBackUntil: heldUntil && new Date(heldUntil.getTime() + lifetimes.afterHold),
    idleExpiresAt: new Date(now + lifetimes.idle),
    expiresAt: new Date(now + lifetimes.recovery),
  };
}

/**
 * The times that a transition sets, as assignments. A held recovery lives long enough for the person to come back after the hold. One that
 * returns to proving gets the usual times. Needs `:state`, `:heldUntil`, `:heldFor`, `:now`, `:comesBackUntil`, `:idleExpiresAt` and
 * `:expiresAt`.
 */
export const timesOfTransition = sql`
  held_until = case when :state = 'held' then :heldUntil::timestamptz else held_until end,
  held_for = case when :state = 'held' then :heldFor::timestamptz else held_for end,
  proven_at = case when :state = 'proven' then :now::timestamptz end,
  expires_at = case when :state = 'held' then :comesBackUntil::timestamptz when state = 'held' and :state = 'proving' then :expiresAt::timestamptz else expires_at end,
  idle_expires_at = case when :state = 'held' then :comesBackUntil::timestamptz when state = 'held' and :state = 'proving' then :idleExpiresAt::timestamptz else idle_expires_at end`;
