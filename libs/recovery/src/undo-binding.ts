import {
  bindingOf,
  discardAuthenticator,
  endKnownBrowsers,
  giveReplacedAuthenticatorBack,
  holdAccount,
} from '@rekey/accounts';
import { endFamily } from '@rekey/tokens';
import type { RecoveryContext } from './context.js';
import { noteChange } from './notice.js';

/**
 * "This was not me", said of something that was bound and is on hold: it is removed, the session that bound it ends,
 * and what it has replaced counts again; no browser or app is known any more. What else that session has removed stays removed. Once it
 * counts, a link does not remove it: it protects the account from whoever has the mailbox.
 *
 * @param id of the authenticator, from a token of ours
 * @returns false when it is gone, or counts already
 */
export async function undoBinding({ database, clock }: RecoveryContext, id: string): Promise<boolean> {
  const at = new Date(clock.now());
  return database.transaction(async (tx) => {
    const found = await bindingOf(tx, { id, now: at });
    if (!found) return false;
    await holdAccount(tx, found.account);
    // Somebody may have bound it anew while we waited.
    const binding = await bindingOf(tx, { id, now: at });
    if (!binding || !(await discardAuthenticator(tx, { id, account: binding.account }))) return false;
    const { account: accountId, session, kind } = binding;
    if (session) await endFamily(tx, { id: session, accountId, at, reason: 'stopped', actor: 'person' });
    await giveReplacedAuthenticatorBack(tx, { ...binding, by: id });
    // Whoever had that session may have kept what tells its browser from a stranger's.
    await endKnownBrowsers(tx, accountId);
    const event = 'authenticator_removed';
    await noteChange(tx, { now: at.getTime(), accountId, event, change: `${kind}_removed` });
    return true;
  });
}
