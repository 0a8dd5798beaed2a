import { type SqlText, sql } from '@rekey/database';
import { notifyOfRecovery } from '@rekey/outbox';
import type { RecoveryPolicy } from '../proving/policy.js';

const hourMs = 3_600_000;
/** A stop is forgotten when nothing followed it for this long. */
const rememberedMs = 30 * 24 * hourMs;

/** How long a recovery is held, and for which stop; null when the previous release wrote it. */
export interface StopHold {
  until: Date;
  for: string | null;
}

/**
 * Returns until when a recovery with enough proofs is held. After a stop the next recovery of the account is held, whichever address proved
 * it: a person who controls one address may have stopped the owner, or the owner them, so no address is trusted more than another. Every
 * address gets a notification with a stop link, and has the whole time to object.
 *
 * @param of.stop the last stop of a recovery of the account, the `stopped_at` of the account, as it was judged
 * @param of.heldUntil of this recovery, if it has been held; `heldFor` is the stop that it was held for
 * @returns undefined if it is not held, or its hold is over
 */
export function waitsUntil(
  { holdAfterStopHours }: Pick<RecoveryPolicy, 'holdAfterStopHours'>,
  of: { stop: string | null; heldUntil: Date | null; heldFor: string | null; now: Date },
): StopHold | undefined {
  const { stop, heldUntil, heldFor, now } = of;
  if (holdAfterStopHours === 0) return undefined;
  // Every address was notified of this hold, whatever has been stopped or completed since.
  if (heldUntil !== null && heldUntil > now) return { until: heldUntil, for: heldFor };
  if (stop === null || stop === heldFor) return undefined;
  const stoppedAt = new Date(stop);
  if (now.getTime() - stoppedAt.getTime() > rememberedMs) return undefined;
  // It was already held when this stop came: a second stop of something else does not make it wait again. The two times may come from two
  // clocks, which only matters at the very end of a hold.
  if (heldUntil !== null && heldUntil > stoppedAt) return undefined;
  return { until: new Date(now.getTime() + holdAfterStopHours * hourMs), for: stop };
}

/**
 * Notifies every address that a recovery is held, as a data-modifying clause. Needs `:state`, `:now`, `:heldUntil` and the correlation.
 *
 * @param from a CTE with `id` and `account_id` of the moved recovery
 */
export const notifyOfHold = (from: SqlText): SqlText =>
  notifyOfRecovery('recovery_held', from, {
    expiresAt: sql`:heldUntil::timestamptz`,
    when: sql`:state = 'held'`,
  });
