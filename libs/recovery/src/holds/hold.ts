import type { RecoveryPolicy } from '../proving/policy.js';
import { waitsUntil } from '../stops/hold.js';
import type { HoldFacts } from './facts.js';
import { afterStop, holdFor } from './rules.js';

const hourMs = 3_600_000;

/** How long a recovery is held, and why. */
export interface Hold {
  until: Date;
  /** The stop that it is held for; null for none, or when the previous release wrote it. */
  for: string | null;
  /** The rules of the policy that hold it; empty when it is held after a stop alone. */
  by: string[];
}

/** What was decided about a recovery with enough proofs, as the audit records it. */
export interface HoldDecision {
  /** 0 when it was not held. */
  hours: number;
  /** The rules by which it was held, and {@link afterStop}. */
  rules: string[];
  /** Whether a stop would have held it, whatever `holdAfterStopHours` says. */
  after_stop: boolean;
  /** Null when they were not gathered. */
  facts: HoldFacts | null;
}

/** What the row of a recovery says about its hold. */
export interface HoldState {
  /** The last stop of a recovery of the account, the `stopped_at` of the account, as it was judged. */
  stop: string | null;
  /** Of this recovery, if it has been held. */
  heldUntil: Date | null;
  /** The stop that it was held for. */
  heldFor: string | null;
  /** The rules that it was held by; null when it was not held since its proofs were enough. */
  heldBy: string[] | null;
  facts: HoldFacts | null;
  now: Date;
}

/**
 * Decides whether a recovery with enough proofs is held: after a stop, and by the rules of the policy. The longest hold counts. The rules
 * hold it at most once for the same proofs: every address was notified and had the whole time to object. A recovery that has to be proved
 * anew is judged anew. A hold that runs by rules goes on when the policy no longer has them.
 *
 * @returns the hold, undefined for none; and the decision, undefined when it was made before and nothing was decided now
 * @throws {Error} when the policy has rules, and nobody gathered the facts: nothing is proven by a fault
 */
export function decideHold(
  policy: Pick<RecoveryPolicy, 'holdAfterStopHours' | 'holds'>,
  of: HoldState,
): { hold?: Hold; decision?: HoldDecision } {
  const { heldUntil, heldFor, heldBy, facts, now } = of;
  const stop = waitsUntil(policy, of);
  if (heldBy !== null) {
    if (stop) return { hold: { ...stop, by: heldBy } };
    const isRunning = heldBy.length > 0 && heldUntil !== null && heldUntil > now;
    return isRunning ? { hold: { until: heldUntil, for: heldFor, by: heldBy } } : {};
  }
  if (policy.holds.length > 0 && facts === null) throw new Error('a hold was judged without its facts');
  const ruled = facts === null ? { hours: 0, reasons: [] } : holdFor(policy, facts);
  const until = Math.max(
    stop?.until.getTime() ?? 0,
    ruled.hours > 0 ? now.getTime() + ruled.hours * hourMs : 0,
  );
  const decision: HoldDecision = {
    hours: Math.max(0, Math.round((until - now.getTime()) / hourMs)),
    rules: [...(stop ? [afterStop] : []), ...ruled.reasons],
    after_stop: waitsUntil({ holdAfterStopHours: 1 }, of) !== undefined,
    facts,
  };
  if (until === 0) return { decision };
  return { hold: { until: new Date(until), for: stop?.for ?? of.stop, by: ruled.reasons }, decision };
}
