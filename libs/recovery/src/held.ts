import { addressesToWarn } from '@rekey/accounts';
import type { RecoveryPolicy } from './policy.js';

const hourMs = 3_600_000;
/** A stop that nothing followed for so long is forgotten. */
const rememberedMs = 30 * 24 * hourMs;

/**
 * Until when a recovery waits in which enough was proved. After a stop the next recovery of the account is held, whatever proved it:
 * whoever controls one address may have stopped the owner as well as the other way round, so no address is trusted more than another. Every address is
 * told, with a stop link, and has the whole time to object.
 *
 * @param of.stoppedAt when a recovery of the account was last stopped, unless one was completed since
 * @param of.heldUntil of this recovery, where it has been held
 * @returns undefined where it does not wait, or has waited
 */
export function waitsUntil(
  { holdAfterStopHours }: Pick<RecoveryPolicy, 'holdAfterStopHours'>,
  of: { stoppedAt: Date | null; heldUntil: Date | null; now: Date },
): Date | undefined {
  const { stoppedAt, heldUntil, now } = of;
  if (holdAfterStopHours === 0) return undefined;
  // Every address was told this time, whatever was stopped or completed since.
  if (heldUntil !== null && heldUntil > now) return heldUntil;
  if (stoppedAt === null || now.getTime() - stoppedAt.getTime() > rememberedMs) return undefined;
  // Held since that stop, or when it came: a second stop of something else does not make it wait again.
  if (heldUntil !== null && heldUntil > stoppedAt) return undefined;
  return new Date(now.getTime() + holdAfterStopHours * hourMs);
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
 * goes back to proving lives like every other. Needs `:state`, `:heldUntil`, `:now`, `:comesBackUntil`, `:idleExpiresAt` and `:expiresAt`.
 */
export const timesOfMove = `
  held_until = case when :state = 'held' then :heldUntil::timestamptz else held_until end,
  proven_at = case when :state = 'proven' then :now::timestamptz end,
  expires_at = case when :state = 'held' then :comesBackUntil::timestamptz when state = 'held' and :state = 'proving' then :expiresAt::timestamptz else expires_at end,
  idle_expires_at = case when :state = 'held' then :comesBackUntil::timestamptz when state = 'held' and :state = 'proving' then :idleExpiresAt::timestamptz else idle_expires_at end`;
