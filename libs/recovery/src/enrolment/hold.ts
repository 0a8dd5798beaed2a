import { holdAccount } from '@rekey/accounts';
import type { Transaction } from '@rekey/database';
import { holdSession } from '@rekey/tokens';

/**
 * For an act of a session that lasts longer than it. What a session does is taken back with it: one that is being ended does
 * nothing more, and two acts on one account follow one another.
 *
 * @returns false when the session has ended meanwhile
 */
export async function holdForChange(
  tx: Transaction,
  of: { account: string; session: string; now: Date },
): Promise<boolean> {
  await holdAccount(tx, of.account);
  return holdSession(tx, of);
}
