import { endAttestation, lockAccount } from '@rekey/accounts';
import type { Transaction } from '@rekey/database';
import { findOverride, stopOverrideRow } from '@rekey/staff';

/**
 * Ends an override for the person of its account, in a transaction: "this was not me". It proves nothing more.
 *
 * @returns the recovery in which it was used, if any, which is to be stopped too; undefined when it was ended before
 */
export async function stopOverride(
  tx: Transaction,
  now: number,
  id: string,
): Promise<{ recovery: string | undefined } | undefined> {
  const row = await findOverride(tx, id);
  if (!row) return undefined;
  const { account_id: account } = row;
  await lockAccount(tx, account);
  const stopped = await stopOverrideRow(tx, now, id);
  if (stopped) await endAttestation(tx, { account, override: id });
  return stopped;
}
