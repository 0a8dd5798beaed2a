import { type Assurance, assuranceOf, proofsHeld } from '@rekey/accounts';
import { type SqlText, sql } from '@rekey/database';
import type { ProofKind } from '@rekey/proofs';
import { type StopHold, waitsUntil } from '../stops/hold.js';
import { acrOf, type RecoveryPolicy, remainingProofs } from './policy.js';

/** The proofs of a recovery, and whether they and its account still hold. */
export interface Judged {
  /** Of the account that it is bound to; null before that, or when the previous release bound it. */
  generation: string | null;
  proofs: ProofKind[];
  /** Method, authenticator and time of each proof, in the order of `proofs`. */
  amr: string[];
  proof_authenticators: string[];
  proof_times: Date[];
  held: boolean[];
  held_until: Date | null;
  /** The stop that it was held for, in the format of `stopped_at` of {@link Assurance}. */
  held_for: string | null;
  assurance: Assurance | null;
}

/** The columns of `recoveries` that make up {@link Judged}. Needs `:strongRoles` and `:now`. @param account an expression of its id */
export const judgedColumns = (account = sql`recoveries.account_id`): SqlText => sql`
  recoveries.generation, recoveries.held_until, to_jsonb(recoveries.held_for) #>> '{}' as held_for, recoveries.proofs, recoveries.amr, recoveries.proof_authenticators, recoveries.proof_times,
  ${proofsHeld({
    account,
    generation: sql`recoveries.generation`,
    authenticators: sql`recoveries.proof_authenticators`,
    times: sql`recoveries.proof_times`,
  })} as held, (${assuranceOf(account)}) as assurance`;

export interface ProofsMade {
  proofs: ProofKind[];
  amr: string[];
  authenticators: string[];
  times: Date[];
  acr: string | null;
}

export type Verdict =
  /** Its account was deleted or disabled, or its id belongs to another account now. */
  | { outcome: 'over' }
  /** `kept` are the proofs that still count; `lost` tells whether some do not. */
  | { outcome: 'proven' | 'more'; assurance: Assurance; kept: ProofsMade; lost: boolean }
  /** The proofs are enough, and the addresses have time to object. */
  | { outcome: 'held'; hold: StopHold; assurance: Assurance; kept: ProofsMade; lost: boolean };

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
  const hold = waitsUntil(policy, {
    stop: assurance.stopped_at,
    heldUntil: row.held_until,
    heldFor: row.held_for,
    now,
  });
  return hold ? { outcome: 'held', hold, ...judged } : { outcome: 'proven', ...judged };
}
