import { type Assurance, assuranceOf } from '@rekey/accounts';
import { type Queryable, sql, statement } from '@rekey/database';
import { type Refusal, refuse } from '@rekey/kernel';
import { type RecoveryPolicy, remainingProofs } from '../proving/policy.js';

const read = statement('recovery_assurance_of_account', assuranceOf(sql`:account`, sql`:lost::text[]`));

/**
 * Reads an account for which staff want to override proofs. It has no working proof left: no set of its proofs is enough by the policy. An
 * address counts as long as it is confirmed and codes may go there, an authenticator as long as it is bound; neither does if the person has
 * lost it.
 *
 * Refusals: `not_found`, also for a disabled account; `invalid_state` while the person can prove who they are without staff.
 */
export async function needsOverride(
  {
    database,
    policy,
    strongRoles,
    now,
  }: { database: Queryable; policy: RecoveryPolicy; strongRoles: string[]; now: number },
  account: string,
  lost: readonly string[],
): Promise<Assurance | Refusal> {
  const values = { account, strongRoles, lost: [...lost], now: new Date(now) };
  const [row] = await database.query<{ jsonb_build_object: Assurance }>(read, values);
  const assurance = row?.jsonb_build_object;
  if (!assurance) return refuse('not_found');
  const remaining = remainingProofs(policy, assurance, []);
  if (remaining.proven || remaining.next.length === 0) return assurance;
  const by = remaining.next.join(' or ');
  return refuse('invalid_state', {
    detail: `The account can be recovered without an override, by ${by}. Name what the person has lost.`,
  });
}
