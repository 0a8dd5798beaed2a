import { is256Bits, isUuid, type Keyring, readBase64url } from '@rekey/kernel';
import type { RecoveryReference } from '../context.js';

/**
 * The bearer token of a recovery: a 256-bit keyed digest of its id. It is not stored, not even as a digest. It can be derived again for an
 * idempotent response to a repeated start.
 */
export const recoveryToken = (keyring: Keyring, recoveryId: string): string =>
  keyring.mac('recovery-token', recoveryId).toString('base64url');

/** Compares in constant time and without a database lookup: a wrong token costs an attacker a 404 and costs us nothing. */
export function isRecoveryToken(keyring: Keyring, { id, token }: RecoveryReference): boolean {
  if (!isUuid(id) || !is256Bits(token)) return false;
  const mac = readBase64url(token);
  return mac !== undefined && keyring.isMac(mac, 'recovery-token', id);
}
