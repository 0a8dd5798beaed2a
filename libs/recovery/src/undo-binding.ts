import { bindingOf, holdAccount, removeAuthenticator } from '@rekey/accounts';
import { endFamily } from '@rekey/tokens';
import type { RecoveryContext } from './context.js';
import { noteChange } from './notice.js';

/**
 * "This was not me", said of something that was bound: it is removed, and the session that bound it ends. What is not there any
 * more needs no undoing; saying it twice is as good as once.
 *
 * @param id of the authenticator, from a token of ours
 */
export async function undoBinding({ database, clock }: RecoveryContext, id: string): Promise<void> {
  const now = clock.now();
  const at = new Date(now);
  await database.transaction(async (tx) => {
    const binding = await bindingOf(tx, id);
    if (!binding) return;
    const { account, session, kind } = binding;
    await holdAccount(tx, account);
    if (!(await removeAuthenticator(tx, { id, account }))) return;
    if (session)
      await endFamily(tx, { id: session, accountId: account, at, reason: 'stopped', actor: 'person' });
    await noteChange(tx, {
      now,
      accountId: account,
      event: 'authenticator_removed',
      change: `${kind}_removed`,
    });
  });
}
