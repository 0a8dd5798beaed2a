import { type AccountToPut, putAccount as writeAccount } from '@rekey/accounts';
import { recordAudit } from '@rekey/audit';
import { type Refusal, uuidv7 } from '@rekey/kernel';
import { followChange } from '@rekey/recovery';
import { actingClient, type ManagementContext } from './management-context.js';

/** Writes an account with its audit event and with all that follows from the change, in one transaction. */
export async function putAccount(
  { database, keyring, clock, strongRoles }: ManagementContext,
  caller: string,
  account: AccountToPut,
): Promise<{ created: boolean } | Refusal> {
  const now = clock.now();
  return writeAccount({ database, keyring, strongRoles }, now, account, async (tx, change) => {
    const at = new Date(now);
    const actor = actingClient(caller);
    await followChange(tx, { account: account.id, change, actor, at });
    await recordAudit(tx, {
      id: uuidv7(now),
      at,
      event: change.created ? 'user_created' : 'user_updated',
      actor,
      accountId: account.id,
      detail: { status: account.status },
    });
  });
}
