import { readNamedProofs } from '@rekey/accounts';
import { silencedAddress } from '@rekey/audit';
import { isRefused, type Refusal, refuse } from '@rekey/kernel';
import { budgets, consume, counterKey, limited } from '@rekey/limits';
import { needsOverride, somebodyElse, tellOfOverride, useOverride } from '@rekey/recovery';
import {
  type AuthenticationResponse,
  actingStaff,
  approveOverride,
  draftOverride,
  type FollowOverride,
  type LostProof,
  lostIn,
  type OverrideView,
  readOverride,
  requestOverride,
  type StaffContext,
  type StaffSession,
  type ToSign,
  writeLost,
} from '@rekey/staff';
import type { ManagementContext } from './management-context.js';

type Overriding = ManagementContext & StaffContext;

const check = (context: Overriding, account: string, lost: readonly LostProof[]) =>
  needsOverride(
    { ...context, now: context.clock.now() },
    account,
    lost.map(({ name }) => name),
  );

/** Notifies every address, unless the signer has seen to it that one of them is not told. */
const telling =
  (session: StaffSession, change: Parameters<typeof tellOfOverride>[0]): FollowOverride =>
  async (tx, step) => {
    const { account, at } = step;
    const of = { account, actor: actingStaff(session.memberId), now: at.getTime() };
    return (await silencedAddress(tx, of)) ? somebodyElse : tellOfOverride(change)(tx, step);
  };

/**
 * The text of a request, for an account with no working proof left. Refusals: `not_found`, `invalid_state`, `invalid_request` for what is lost
 * and not of the account.
 *
 * @param of.lost ids of the addresses and authenticators that the person has no more
 */
export async function draftOverrideFor(
  context: Overriding,
  session: StaffSession,
  {
    account,
    lost: ids = [],
    ...why
  }: { account: string; evidence: string; reason: string; lost?: readonly string[] | undefined },
): Promise<ToSign | Refusal> {
  const proofs = await readNamedProofs(context.database, account);
  const lost = proofs.filter(({ id }) => ids.includes(id));
  const found = await check(context, account, lost);
  if (isRefused(found) && found.code === 'not_found') return found;
  if (lost.length < new Set(ids).size)
    return refuse('invalid_request', { detail: 'lost: the account has no such address or authenticator' });
  if (isRefused(found)) return found;
  return draftOverride(context, session, { account, generation: found.generation, ...why, lost });
}

/**
 * Stores a signed request, and notifies every address of the account. Refusals: as {@link draftOverrideFor}, and for what was signed
 * `invalid_request`, `unauthorized`, `forbidden`, `conflict`; `rate_limited` (the member).
 */
export async function requestOverrideFor(
  context: Overriding,
  session: StaffSession,
  signed: { text: string; response: AuthenticationResponse },
): Promise<OverrideView | Refusal> {
  const { overrideRequests: budget } = budgets;
  const charge = { key: counterKey(context.keyring, budget, session.memberId), budget };
  if (!(await consume(context.database, new Date(context.clock.now()), [charge]))) return limited(budget);
  const done = await requestOverride(context, session, signed, {
    async check(request) {
      const { account, generation, lost = [] } = request;
      const found = await check(context, account, lostIn(request));
      if (isRefused(found)) return found;
      const proofs = (await readNamedProofs(context.database, account)).map(writeLost);
      const isAsRead = found.generation === generation && lost.every((entry) => proofs.includes(entry));
      return isAsRead ? undefined : refuse('invalid_request');
    },
    follow: telling(session, 'override_requested'),
  });
  return isRefused(done) ? done : viewOf(context, done.id);
}

/** Stores a signed approval, and notifies every address of the account. Refusals: `not_found`, `invalid_state`, and as above. */
export async function approveOverrideFor(
  context: Overriding,
  session: StaffSession,
  signed: { id: string; text: string; response: AuthenticationResponse },
): Promise<OverrideView | Refusal> {
  const done = await approveOverride(context, session, signed, telling(session, 'override_approved'));
  return isRefused(done) ? done : viewOf(context, done.id);
}

/** Lets an override stand for the missing proof of a recovery that staff have started. Refusals: `not_found`, `invalid_state`. */
export const useOverrideIn = (
  context: Overriding,
  session: StaffSession,
  of: { id: string; recovery: string; reason: string },
): Promise<undefined | Refusal> => useOverride(context, { memberId: session.memberId, ...of });

const viewOf = async (context: Overriding, id: string): Promise<OverrideView | Refusal> =>
  (await readOverride(context, id)) ?? refuse('not_found');
