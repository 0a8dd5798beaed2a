import {
  type BindingOnHold,
  bindingOf,
  compromisedAddresses,
  discardAuthenticator,
  endKnownBrowsers,
  lockAccount,
  restoreReplacedAuthenticator,
} from '@rekey/accounts';
import type { Queryable } from '@rekey/database';
import { type Refusal, refuse } from '@rekey/kernel';
import { type ReadLink, recordChange } from '@rekey/outbox';
import { endSession } from '@rekey/tokens';
import type { RecoveryContext } from '../context.js';

/** The binding on hold, or the last one of its kind that the same session has replaced it with: neither was the owner. */
async function newestOfSession(
  database: Queryable,
  of: { id: string; now: Date },
): Promise<BindingOnHold | undefined> {
  const binding = await bindingOf(database, of);
  if (!binding?.replacedBy) return binding;
  const newer = await newestOfSession(database, { ...of, id: binding.replacedBy });
  return newer && newer.session === binding.session ? newer : binding;
}

/**
 * "This was not me", about a binding that is on hold. It is removed, the session that made it ends, and the authenticator that it replaced
 * counts again. What the same session has replaced it with is removed too. No browser or app stays known. Whatever else that session removed stays removed. After the hold a link does not remove a
 * binding: it protects the account against a person who controls the mailbox.
 *
 * Refusals: `not_found` for a link that went to an address which is compromised by now: a stranger could bring back what they had bound.
 *
 * @param link to the authenticator
 * @returns false when it is gone, or counts already
 */
export async function undoBinding(
  { database, clock }: RecoveryContext,
  link: ReadLink,
): Promise<boolean | Refusal> {
  const { id } = link;
  const at = new Date(clock.now());
  return database.transaction(async (tx) => {
    const found = await bindingOf(tx, { id, now: at });
    if (!found) return false;
    await lockAccount(tx, found.account);
    if ((await compromisedAddresses(tx, found.account)).some(link.isSentTo)) return refuse('not_found');
    // It may have been bound again while we waited for the lock.
    const binding = await newestOfSession(tx, { id, now: at });
    if (!binding || !(await discardAuthenticator(tx, binding))) return false;
    const { account: accountId, session, kind } = binding;
    if (session) await endSession(tx, { id: session, accountId, at, reason: 'stopped', actor: 'person' });
    await restoreReplacedAuthenticator(tx, { ...binding, by: binding.id });
    // The holder of that session may have stored the token that makes its browser a known one.
    await endKnownBrowsers(tx, accountId);
    const event = 'authenticator_removed';
    await recordChange(tx, { now: at.getTime(), accountId, event, change: `${kind}_removed` });
    return true;
  });
}
