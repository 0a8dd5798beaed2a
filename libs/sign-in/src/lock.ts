import { attestedAcr, type Binding, lockAccount, readLevel, readRecoveryLevel } from '@rekey/accounts';
import type { Transaction } from '@rekey/database';
import { isRefused, type Refusal, refuse } from '@rekey/kernel';
import { sourceOf } from '@rekey/limits';
import { lockSession } from '@rekey/tokens';
import type { BindingBy, Changing, EnrolmentContext } from './context.js';

const hasTwoFactors = (acr: string | undefined): boolean => acr?.endsWith(':aal2') ?? false;

/**
 * Whether a session has the assurance that an account of this level requires for changes. A person whose identity was attested, because
 * the account had no working proof left, has to be able to remove what was lost and to bind what comes after it (NIST SP 800-63B-4 §4.2).
 */
export const isStrongEnough = (level: 1 | 2, acr: string | undefined): boolean =>
  level === 1 || hasTwoFactors(acr) || acr === attestedAcr;

/**
 * Locks the account for a change that outlives the session. A session's changes are taken back with it, so a session that is being ended
 * changes nothing more, and two changes to one account run one after the other. The required assurance is read under the lock, not when the
 * act started.
 *
 * @returns the authentication context of the session; `unauthorized` when it has ended in the meantime, `step_up_required` when its
 * assurance is too low
 */
export async function lockForChange(
  { strongRoles }: Pick<EnrolmentContext, 'strongRoles'>,
  tx: Transaction,
  { account, session, now }: Changing & { now: Date },
): Promise<{ acr: string } | Refusal> {
  await lockAccount(tx, account);
  const held = await lockSession(tx, { account, session, now });
  const level = await readLevel(tx, { account, strongRoles });
  if (!held || !level) return refuse('unauthorized');
  return isStrongEnough(level, held.acr) ? held : refuse('step_up_required');
}

/**
 * The same before an authenticator is bound. A single-factor account has only that factor to tell its owner from a thief, so an
 * authenticator bound to it counts in a recovery only after a hold. It can be used for sign-in at once. An authenticator on hold is not a
 * second factor here: a thief who binds twice waits twice.
 *
 * @param known it was bound before, and a two-factor session needs no second hold for it
 */
export async function lockForBinding(
  context: EnrolmentContext,
  tx: Transaction,
  { account, session, client, source, now }: BindingBy & { now: Date },
  known = false,
): Promise<Binding | Refusal> {
  const { strongRoles, bindingHoldMs } = context;
  const held = await lockForChange(context, tx, { account, session, now });
  if (isRefused(held)) return held;
  const isOnHold =
    bindingHoldMs > 0 &&
    !(known && hasTwoFactors(held.acr)) &&
    (await readRecoveryLevel(tx, { account, strongRoles, now })) === 1;
  const countsFrom = isOnHold ? new Date(now.getTime() + bindingHoldMs) : null;
  return { account, session, client, from: sourceOf(source), at: now, countsFrom };
}
