import { createHash } from 'node:crypto';
import type { Keyring, SealedAs } from '@rekey/kernel';

const asOf = (account: string): SealedAs => ({ column: 'accounts.password_put', id: account, account });

/**
 * The stored trace of the hash that a product sent last, until it sends another: a digest of its PHC string, after a first byte that no
 * encrypted value starts with. It is encrypted, so that nobody who has the tables and the product's own hashes can compare them, and is
 * encrypted again at a key rotation.
 */
const digestOf = (phc: string): Buffer =>
  Buffer.concat([Buffer.from([0]), createHash('sha256').update(phc).digest()]);

export const sealPut = (keyring: Keyring, account: string, phc: string): Buffer =>
  keyring.seal(digestOf(phc), asOf(account));

/**
 * Whether a hash is the one that the product sent last, whatever its owner or a recovery has done to the password since.
 *
 * @param stored from `password_put`: encrypted, or in plain text when the previous release wrote it
 */
export function isLastPut(keyring: Keyring, account: string, stored: Buffer | null, phc: string): boolean {
  if (stored === null) return false;
  const last = stored[0] === 0 ? stored : open(keyring, account, stored);
  return last?.equals(digestOf(phc)) ?? false;
}

function open(keyring: Keyring, account: string, stored: Buffer): Buffer | undefined {
  try {
    return keyring.open(stored, asOf(account));
  } catch {
    // It cannot be decrypted, or its key is gone: every hash counts as new then.
    return undefined;
  }
}
