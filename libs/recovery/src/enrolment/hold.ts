import { type Binding, holdAccount, readLevel, readRecoveryLevel } from '@rekey/accounts';
import type { Transaction } from '@rekey/database';
import { isRefused, type Refusal, refuse } from '@rekey/kernel';
import { sourceOf } from '@rekey/limits';
import { holdSession } from '@rekey/tokens';
import type { BindingBy, Changing, EnrolmentContext } from './context.js';

/** Whether a session is as strong as an account of this level asks for, before it may change it. */
export const isStrongEnough = (level: 1 | 2, acr: string | undefined): boolean =>
  level === 1 || (acr?.endsWith(':aal2') ?? false);

/**
 * For an act of a session that lasts longer than it. What a session does is taken back with it: one that is being ended does
 * nothing more, and two acts on one account follow one another. What the account asks for is asked for now, not when the act began.
 *
 * @returns its authentication context when it may go on; `unauthorized` when the session has ended meanwhile, `step_up_required` when it is not enough
 */
export async function holdForChange(
  { strongRoles }: Pick<EnrolmentContext, 'strongRoles'>,
  tx: Transaction,
  { account, session, now }: Changing & { now: Date },
): Promise<{ acr: string } | Refusal> {
  await holdAccount(tx, account);
  const held = await holdSession(tx, { account, session, now });
  const level = await readLevel(tx, { account, strongRoles });
  if (!held || !level) return refuse('unauthorized');
  return isStrongEnough(level, held.acr) ? held : refuse('step_up_required');
}

/**
 * The same before something is bound. An account of one factor has nothing but that factor to tell its owner from a thief: what is
 * bound to it counts in a recovery only after a hold. Sign-in may use it at once. What is on hold itself makes no second factor
 * here: a thief who binds twice waits twice.
 *
 * @param known it was bound before, and a session of two factors needs no second hold for it
 */
export async function holdForBinding(
  context: EnrolmentContext,
  tx: Transaction,
  { account, session, client, source, now }: BindingBy & { now: Date },
  known = false,
): Promise<Binding | Refusal> {
  const { strongRoles, bindingHoldMs } = context;
  const held = await holdForChange(context, tx, { account, session, now });
  if (isRefused(held)) return held;
  const isOnHold =
    bindingHoldMs > 0 &&
    !(known && isStrongEnough(2, held.acr)) &&
    (await readRecoveryLevel(tx, { account, strongRoles, now })) === 1;
  const countsFrom = isOnHold ? new Date(now.getTime() + bindingHoldMs) : null;
  return { account, session, client, from: sourceOf(source), at: now, countsFrom };
}
