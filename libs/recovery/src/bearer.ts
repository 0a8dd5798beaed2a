import { isUuid, type Keyring } from '@rekey/kernel';
import type { RecoveryReference } from './context.js';
import { lifetimes } from './lifetimes.js';

/**
 * The bearer token of a recovery: a 256-bit keyed digest of its id. It is not kept, not even as a digest, and the answer to
 * a repeated start can be given again.
 */
export const recoveryToken = (keyring: Keyring, recoveryId: string): string =>
  keyring.mac('recovery-token', recoveryId).toString('base64url');

/** In constant time, without a look into the database: a wrong token costs an attacker a 404 and us nothing. */
export const isRecoveryToken = (keyring: Keyring, { id, token }: RecoveryReference): boolean =>
  isUuid(id) &&
  /^[\w-]{43}$/.test(token) &&
  keyring.isMac(Buffer.from(token, 'base64url'), 'recovery-token', id);

const idBytes = 16;
const timeBytes = 6;

/**
 * The token of the "this was not me" link: the recovery's id, the second at which the link ends, and a keyed digest of
 * both. Nothing of it is kept. 54 bytes as base64url.
 */
export function stopToken(keyring: Keyring, recoveryId: string, sentAt: number): string {
  const head = Buffer.alloc(idBytes + timeBytes);
  head.write(recoveryId.replaceAll('-', ''), 0, 'hex');
  head.writeUIntBE(Math.floor((sentAt + lifetimes.stopLink) / 1000), idBytes, timeBytes);
  return Buffer.concat([head, keyring.mac('stop-token', head.toString('hex'))]).toString('base64url');
}

/** @returns the recovery's id; undefined for a token that is not ours or has run out */
export function readStopToken(keyring: Keyring, token: string, now: number): string | undefined {
  if (!/^[\w-]{72}$/.test(token)) return undefined;
  const bytes = Buffer.from(token, 'base64url');
  const head = bytes.subarray(0, idBytes + timeBytes);
  if (!keyring.isMac(bytes.subarray(idBytes + timeBytes), 'stop-token', head.toString('hex')))
    return undefined;
  if (head.readUIntBE(idBytes, timeBytes) * 1000 <= now) return undefined;
  const hex = head.toString('hex', 0, idBytes);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
