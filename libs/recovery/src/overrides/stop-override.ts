import { endAttestation, lockAccount } from '@rekey/accounts';
import type { Transaction } from '@rekey/database';
import { findOverride, stopOverrides } from '@rekey/staff';

/**
 * Ends an override for the person of its account, in a transaction, with every other of the account that was not used yet: "this was not me".
 * It proves nothing more.
 *
 * @returns the account, and the recovery in which it was used, if any, which is to be stopped too; undefined when there was nothing left to end
 */
export async function stopOverride(
  tx: Transaction,
  now: number,
  id: string,
): Promise<{ account: string; recovery: string | undefined } | undefined> {
  const row = await findOverride(tx, id);
  if (!row) return undefined;
  const { account_id: account } = row;
  await lockAccount(tx, account);
  const stopped = await stopOverrides(tx, now, { id, account });
  if (!stopped) return undefined;
  await endAttestation(tx, { account, override: id });
  return { account, ...stopped };
}
