import { triesPerRecovery } from '@rekey/limits';
import { type ProofKind, proofKinds } from '@rekey/proofs';
import { z } from 'zod';
import type { RecoveryState } from '../state-machine.js';
import { type Judged, judge } from './judge.js';
import { initialMethods, type RecoveryPolicy, remainingProofs } from './policy.js';

/** Why a recovery that has not ended does not lead to credentials yet. */
export const missingReasons = {
  proof: 'The person has to prove more: one of `methods`.',
  no_other_proof: 'The account has no proof left that would be enough. The person cannot go on alone.',
  no_tries: 'All attempts of this recovery are used up. The person can start another one.',
  hold: 'Enough is proved, and the recovery is held until `held_until`.',
  account: 'The account was disabled or deleted, or the id belongs to another account now.',
  credentials: 'Enough is proved. The person has to come back and take the new credentials.',
} as const;
type MissingReason = keyof typeof missingReasons;

export const missingSchema = z.object({
  reason: z.enum(Object.keys(missingReasons) as [MissingReason, ...MissingReason[]]).describe(
    Object.entries(missingReasons)
      .map(([reason, sentence]) => `\`${reason}\`: ${sentence}`)
      .join(' '),
  ),
  methods: z
    .array(z.enum(proofKinds as [ProofKind, ...ProofKind[]]))
    .describe('Kinds of proof that would move it forward'),
  level: z
    .union([z.literal(1), z.literal(2)])
    .optional()
    .describe('The assurance level that the account asks for; omitted until the account is known'),
});
export type Missing = z.output<typeof missingSchema>;

/**
 * Says what a recovery waits for, by the policy and by the account as it is now. It changes nothing.
 *
 * @param row.state with an overdue recovery as `expired`
 * @returns undefined when the recovery has ended
 */
export function missingOf(
  policy: RecoveryPolicy,
  row: Judged & { state: RecoveryState; account_id: string | null; tries: number },
  now: Date,
): Missing | undefined {
  const { state, account_id: account, tries } = row;
  if (state !== 'proving' && state !== 'held' && state !== 'proven') return undefined;
  const isUsedUp = state === 'proving' && tries >= triesPerRecovery;
  // Nobody has looked the account up yet, or there is none.
  if (account === null)
    return isUsedUp
      ? { reason: 'no_tries', methods: [] }
      : { reason: 'proof', methods: initialMethods(policy) };
  const verdict = judge(policy, row, now);
  if (verdict.outcome === 'over') return { reason: 'account', methods: [] };
  const { aal: level } = verdict.assurance;
  if (verdict.outcome === 'proven') return { reason: 'credentials', methods: [], level };
  if (verdict.outcome === 'held') return { reason: 'hold', methods: [], level };
  if (isUsedUp) return { reason: 'no_tries', methods: [], level };
  const { proofs } = verdict.kept;
  const remaining = remainingProofs(policy, verdict.assurance, proofs);
  const methods = remaining.proven ? [] : remaining.next;
  return { reason: methods.length > 0 ? 'proof' : 'no_other_proof', methods, level };
}
