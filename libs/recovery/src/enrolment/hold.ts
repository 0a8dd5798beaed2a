import { holdAccount, readLevel } from '@rekey/accounts';
import type { Transaction } from '@rekey/database';
import { type Refusal, refuse } from '@rekey/kernel';
import { holdSession } from '@rekey/tokens';
import type { Changing, EnrolmentContext } from './context.js';

/** Whether a session is as strong as an account of this level asks for, before it may change it. */
export const isStrongEnough = (level: 1 | 2, acr: string | undefined): boolean =>
  level === 1 || (acr?.endsWith(':aal2') ?? false);

/**
 * For an act of a session that lasts longer than it. What a session does is taken back with it: one that is being ended does
 * nothing more, and two acts on one account follow one another. What the account asks for is asked for now, not when the act began.
 *
 * @returns nothing when it may go on; `unauthorized` when the session has ended meanwhile, `step_up_required` when it is not enough
 */
export async function holdForChange(
  { strongRoles }: Pick<EnrolmentContext, 'strongRoles'>,
  tx: Transaction,
  { account, session, now }: Changing & { now: Date },
): Promise<Refusal | undefined> {
  await holdAccount(tx, account);
  const held = await holdSession(tx, { account, session, now });
  const level = await readLevel(tx, { account, strongRoles });
  if (!held || !level) return refuse('unauthorized');
  return isStrongEnough(level, held.acr) ? undefined : refuse('step_up_required');
}
