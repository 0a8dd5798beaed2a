import { addressesToWarn } from '@rekey/accounts';
import type { RecoveryPolicy } from './policy.js';

const hourMs = 3_600_000;
/** A stop that nothing followed for so long is forgotten. */
const rememberedMs = 30 * 24 * hourMs;

/** How long a recovery waits, and for which stop; null where the release before has written it. */
export interface Hold {
  until: Date;
  for: string | null;
}

/**
 * Until when a recovery waits in which enough was proved. After a stop the next recovery of the account is held, whatever proved it:
 * whoever controls one address may have stopped the owner as well as the other way round, so no address is trusted more than another. Every address is
 * told, with a stop link, and has the whole time to object.
 *
 * @param of.stop the last stop of a recovery of the account, as its standing names it
 * @param of.heldUntil of this recovery, where it has been held; `heldFor` is the stop that it was held for
 * @returns undefined where it does not wait, or has waited
 */
export function waitsUntil(
  { holdAfterStopHours }: Pick<RecoveryPolicy, 'holdAfterStopHours'>,
  of: { stop: string | null; heldUntil: Date | null; heldFor: string | null; now: Date },
): Hold | undefined {
  const { stop, heldUntil, heldFor, now } = of;
  if (holdAfterStopHours === 0) return undefined;
  // Every address was told this time, whatever was stopped or completed since.
  if (heldUntil !== null && heldUntil > now) return { until: heldUntil, for: heldFor };
  if (stop === null || stop === heldFor) return undefined;
  const stoppedAt = new Date(stop);
  if (now.getTime() - stoppedAt.getTime() > rememberedMs) return undefined;
  // Held when it came: a second stop of something else does not make it wait again. The two times may be of two clocks, which matters at
  // the very end of a hold only.
  if (heldUntil !== null && heldUntil > stoppedAt) return undefined;
  return { until: new Date(now.getTime() + holdAfterStopHours * hourMs), for: stop };
}

/**
 * Tells every address that a recovery is held, as a data-modifying clause. Needs `:state`, `:now`, `:heldUntil` and the cause.
 *
 * @param from a CTE with `id` and `account_id` of what was moved
 */
export const tellOfHold = (from: string): string => `
  insert into messages (id, recovery_id, kind, state, created_at, expires_at, due_at, address_id, request_id, traceparent)
  select gen_random_uuid(), ${from}.id, 'recovery_held', 'queued', :now, :heldUntil::timestamptz, :now, address.id, :requestId::uuid, :traceparent
  from ${from}, lateral (${addressesToWarn(`${from}.account_id`)}) address where :state = 'held'`;

/**
 * What a move sets of the times of a recovery, as assignments. One that is held lives on for those who come back when the hold is over; one that
 * goes back to proving lives like every other. Needs `:state`, `:heldUntil`, `:heldFor`, `:now`, `:comesBackUntil`, `:idleExpiresAt` and `:expiresAt`.
 */
export const timesOfMove = `
  held_until = case when :state = 'held' then :heldUntil::timestamptz else held_until end,
  held_for = case when :state = 'held' then :heldFor::timestamptz else held_for end,
  proven_at = case when :state = 'proven' then :now::timestamptz end,
  expires_at = case when :state = 'held' then :comesBackUntil::timestamptz when state = 'held' and :state = 'proving' then :expiresAt::timestamptz else expires_at end,
  idle_expires_at = case when :state = 'held' then :comesBackUntil::timestamptz when state = 'held' and :state = 'proving' then :idleExpiresAt::timestamptz else idle_expires_at end`;
