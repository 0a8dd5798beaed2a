import { isAccountId, readAccount } from '@rekey/accounts';
import { isUuid, type Refusal, refuse } from '@rekey/kernel';
import { endSession, endSessionsOf, type ManagementCaller, mayWriteClient } from '@rekey/tokens';
import { type ManagementContext, writerOf } from './management-context.js';

const ending = ({ clock }: ManagementContext, actor: string) =>
  ({ at: new Date(clock.now()), reason: 'management', actor }) as const;

/** Ends every session of an account, also when there is none. Refusals: `not_found`. */
export async function endSessionsOfAccount(
  context: ManagementContext,
  actor: string,
  id: string,
): Promise<undefined | Refusal> {
  const { database, keyring } = context;
  if (!(await readAccount(database, keyring, id))) return refuse('not_found');
  await endSessionsOf(database, 'account', { id, ...ending(context, actor) });
  return undefined;
}

/** Ends one session of an account. Refusals: `not_found`. */
export async function endSessionOfAccount(
  context: ManagementContext,
  actor: string,
  { account: accountId, session: id }: { account: string; session: string },
): Promise<undefined | Refusal> {
  if (!isAccountId(accountId) || !isUuid(id)) return refuse('not_found');
  const hasEnded = await endSession(context.database, { id, accountId, ...ending(context, actor) });
  return hasEnded ? undefined : refuse('not_found');
}

/** Ends every session of a client, and the tokens that are its own. Refusals: `not_found`, `forbidden`. */
export async function endSessionsOfClient(
  context: ManagementContext,
  caller: ManagementCaller,
  id: string,
): Promise<undefined | Refusal> {
  const refused = await mayWriteClient(context.database, id, writerOf(caller));
  if (refused) return refused;
  await endSessionsOf(context.database, 'client', { id, ...ending(context, caller.actor) });
  return undefined;
}

/** Ends every session that came from a recovery, refreshed or not. Refusals: `not_found` for what can be no recovery. */
export async function endSessionsOfRecovery(
  context: ManagementContext,
  actor: string,
  id: string,
): Promise<undefined | Refusal> {
  if (!isUuid(id)) return refuse('not_found');
  await endSessionsOf(context.database, 'recovery', { id, ...ending(context, actor) });
  return undefined;
}
