import { type Assurance, assuranceOf, proofsHeld } from '@rekey/accounts';
import { literal, type SqlText, sql } from '@rekey/database';
import { type HoldFacts, holdFactsOf } from '../holds/facts.js';
import { decideHold, type Hold, type HoldDecision } from '../holds/hold.js';
import { type AcceptedKind, attested } from './attested.js';
import { acrOf, type RecoveryPolicy, remainingProofs } from './policy.js';

/** The proofs of a recovery, and whether they and its account still hold. */
export interface Judged {
  /** Of the account that it is bound to; null before that, or when the previous release bound it. */
  generation: string | null;
  proofs: AcceptedKind[];
  /** Method, authenticator and time of each proof, in the order of `proofs`. */
  amr: string[];
  proof_authenticators: string[];
  proof_times: Date[];
  held: boolean[];
  held_until: Date | null;
  /** The stop that it was held for, in the format of `stopped_at` of {@link Assurance}. */
  held_for: string | null;
  /** The rules that it was held by; null when it was not held since its proofs were enough. */
  held_by: string[] | null;
  /** Null when nobody asked for them. */
  facts: HoldFacts | null;
  assurance: Assurance | null;
}

/** How many attempts were right: an override is none. */
export const acceptedAttempts = sql`cardinality(array_remove(recoveries.proofs, ${literal(attested)}))`;

/**
 * The columns of `recoveries` that make up {@link Judged}. Needs `:strongRoles`, `:now` and `:gathersFacts`.
 *
 * @param account an expression of its id
 * @param accepted an expression: how many of its attempts were right
 */
export const judgedColumns = (
  account = sql`recoveries.account_id`,
  accepted = acceptedAttempts,
): SqlText => sql`
  ${holdFactsOf({ account, accepted })} as facts, recoveries.held_by,
  recoveries.generation, recoveries.held_until, to_jsonb(recoveries.held_for) #>> '{}' as held_for, recoveries.proofs, recoveries.amr, recoveries.proof_authenticators, recoveries.proof_times,
  ${proofsHeld({
    account,
    generation: sql`recoveries.generation`,
    authenticators: sql`recoveries.proof_authenticators`,
    times: sql`recoveries.proof_times`,
  })} as held, (${assuranceOf(account)}) as assurance`;

export interface ProofsMade {
  proofs: AcceptedKind[];
  amr: string[];
  authenticators: string[];
  times: Date[];
  acr: string | null;
}

export type Verdict =
  /** Its account was deleted or disabled, or its id belongs to another account now. */
  | { outcome: 'over' }
  /** `kept` are the proofs that still count; `lost` tells whether some do not. */
  | { outcome: 'more'; assurance: Assurance; kept: ProofsMade; lost: boolean }
  /** `decision` is left out when the recovery has waited already. */
  | {
      outcome: 'proven';
      decision?: HoldDecision | undefined;
      assurance: Assurance;
      kept: ProofsMade;
      lost: boolean;
    }
  /** The proofs are enough, and the addresses have time to object. */
  | {
      outcome: 'held';
      hold: Hold;
      decision?: HoldDecision | undefined;
      assurance: Assurance;
      kept: ProofsMade;
      lost: boolean;
    };

/** Judges the proofs against the account as it is now (NIST SP 800-63B-4 §4.2: evidence counts when it is used). */
export function judge(policy: RecoveryPolicy, row: Judged, now: Date): Verdict {
  const { assurance } = row;
  if (!assurance || (row.generation !== null && row.generation !== assurance.generation))
    return { outcome: 'over' };
  const holds = (_: unknown, at: number) => row.held[at] === true;
  const proofs = row.proofs.filter(holds);
  const kept: ProofsMade = {
    proofs,
    amr: row.amr.filter(holds),
    authenticators: row.proof_authenticators.filter(holds),
    times: row.proof_times.filter(holds),
    acr: proofs.length > 0 ? acrOf(proofs) : null,
  };
  const judged = { assurance, kept, lost: proofs.length < row.proofs.length };
  if (!remainingProofs(policy, assurance, proofs).proven) return { outcome: 'more', ...judged };
  const { hold, decision } = decideHold(policy, {
    stop: assurance.stopped_at,
    heldUntil: row.held_until,
    heldFor: row.held_for,
    heldBy: row.held_by,
    facts: row.facts,
    now,
  });
  return hold ? { outcome: 'held', hold, decision, ...judged } : { outcome: 'proven', decision, ...judged };
}
