import { type Account, type AccountToPut, readAccount, putAccount as writeAccount } from '@rekey/accounts';
import { recordAudit } from '@rekey/audit';
import type { Transaction } from '@rekey/database';
import { isRefused, type Refusal, uuidv7 } from '@rekey/kernel';
import { followChange } from '@rekey/recovery';
import { actingClient, type ManagementContext } from './management-context.js';

/** Writes an account with its audit event and with all that follows from the change, in one transaction. */
export async function putAccount(
  { database, keyring, clock, strongRoles }: ManagementContext,
  caller: string,
  account: AccountToPut,
  accept: (tx: Transaction) => Promise<void> = async () => undefined,
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
    await accept(tx);
  });
}

/**
 * {@link putAccount}, and the account as it was written. It is read in the transaction that wrote it: after that, another request may have
 * replaced or deleted it.
 */
export async function replaceAccount(
  context: ManagementContext,
  caller: string,
  toPut: AccountToPut,
): Promise<{ created: boolean; account: Account } | Refusal> {
  let account: Account | undefined;
  const outcome = await putAccount(context, caller, toPut, async (tx) => {
    account = await readAccount(tx, context.keyring, toPut.id);
  });
  if (isRefused(outcome)) return outcome;
  if (!account) throw new Error(`account ${toPut.id} is not in the transaction that wrote it`);
  return { ...outcome, account };
}
