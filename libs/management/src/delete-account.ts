import { isAccountId, lockAccount, deleteAccount as removeAccount } from '@rekey/accounts';
import { recordAudit } from '@rekey/audit';
import { type Refusal, refuse, uuidv7 } from '@rekey/kernel';
import { followDeletion } from '@rekey/recovery';
import { type ManagementContext } from './management-context.js';

/** Deletes an account and ends all that belongs to it, in one transaction. Refusals: `not_found`. */
export async function deleteAccount(
  { database, clock }: ManagementContext,
  actor: string,
  id: string,
): Promise<undefined | Refusal> {
  if (!isAccountId(id)) return refuse('not_found');
  const now = clock.now();
  const at = new Date(now);
  return database.transaction(async (tx) => {
    // Without a row, nothing is locked: what follows would take the rows of an account that is being created under this name.
    const locked = await lockAccount(tx, id);
    if (locked.length === 0) return refuse('not_found');
    await followDeletion(tx, { account: id, actor, at });
    await removeAccount(tx, id);
    await recordAudit(tx, { id: uuidv7(now), at, event: 'user_deleted', actor, accountId: id });
    return undefined;
  });
}
