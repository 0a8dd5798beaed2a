import { checkPassword, hashPassword, passwordContext, sealHash } from '@rekey/accounts';
import type { Refusal } from '@rekey/kernel';
import type { RecoveryContext } from '../context.js';

/** @returns the sealed hash of a new password; `password_refused` when it is too easy to guess */
export async function hashIfGood(
  context: RecoveryContext,
  accountId: string,
  password: string,
): Promise<string | Refusal> {
  const words = await passwordContext(context.database, context.keyring, accountId);
  const refused = checkPassword(password, { contextWords: [context.productName, ...words] });
  return refused ?? sealHash(context.keyring, accountId, await hashPassword(password));
}
