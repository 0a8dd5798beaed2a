import { isAccountId, lockAccount, lockAccountId } from '@rekey/accounts';
import { askForErasure, recordAudit } from '@rekey/audit';
import { type Refusal, refuse, uuidv7 } from '@rekey/kernel';
import { type ManagementContext } from './management-context.js';

/**
 * Has the id of a deleted account taken out of the audit, within a minute (GDPR Art. 17). Refusals: `not_found` for what cannot be an id,
 * `invalid_state` while there is such an account: the audit of a living one would hide who attacks it.
 */
export async function eraseAccount(
  { database, clock }: ManagementContext,
  actor: string,
  id: string,
): Promise<undefined | Refusal> {
  if (!isAccountId(id)) return refuse('not_found');
  const now = clock.now();
  const at = new Date(now);
  return database.transaction(async (tx) => {
    await lockAccountId(tx, id);
    if ((await lockAccount(tx, id)).length > 0) return refuse('invalid_state');
    await askForErasure(tx, { accountId: id, at });
    await recordAudit(tx, { id: uuidv7(now), at, event: 'user_erased', actor, accountId: id });
    return undefined;
  });
}
