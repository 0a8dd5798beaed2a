import { createHash } from 'node:crypto';
import type { Keyring, SealedAs } from '@rekey/kernel';

const asOf = (account: string): SealedAs => ({ column: 'accounts.password_put', id: account, account });

/**
 * What is kept of a hash that a product has put, for as long as it puts no other: a digest of its PHC string, with a first byte that
 * nothing sealed begins with. Sealed, so that nobody who has the tables and the product's own hashes can compare them, and sealed anew
 * when keys are replaced.
 */
const digestOf = (phc: string): Buffer =>
  Buffer.concat([Buffer.from([0]), createHash('sha256').update(phc).digest()]);

export const sealPut = (keyring: Keyring, account: string, phc: string): Buffer =>
  keyring.seal(digestOf(phc), asOf(account));

/**
 * Whether a hash is the one that the product has put last, whatever its owner or a recovery has made of the password since.
 *
 * @param stored from `password_put`: sealed, or in clear where the release before has written it
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
    // It does not open, or its key is gone: then every hash is a new one.
    return undefined;
  }
}
