import { is256Bits, isUuid, type Keyring, readBase64url } from '@rekey/kernel';

/** Names an assist to the browser or app that has entered its code; nobody else has the token. */
export interface AssistReference {
  id: string;
  token: string;
}

/** A 256-bit keyed digest of the id. It is not stored, and given out once: to the browser or app that enters the code first. */
export const assistToken = (keyring: Keyring, id: string): string =>
  keyring.mac('assist-token', id).toString('base64url');

/** Compares in constant time and without a database lookup. */
export function isAssistToken(keyring: Keyring, { id, token }: AssistReference): boolean {
  if (!isUuid(id) || !is256Bits(token)) return false;
  const mac = readBase64url(token);
  return mac !== undefined && keyring.isMac(mac, 'assist-token', id);
}

/** Three digits that the caller's browser shows. Not the match number of the recovery: staff hear this one, and learn nothing of that. */
export const assistNumber = (keyring: Keyring, id: string): string => assistNumbers(keyring, id)[0] ?? '';

/** Includes the numbers under older keys: a page that was shown before a key rotation still shows its own number. */
export const assistNumbers = (keyring: Keyring, id: string): string[] =>
  keyring.macs('assist-number', id).map((mac) => String(100 + (mac.readUInt32BE() % 900)));

/** The stored forms that a code may have, one for each key of the keyring. @param code its letters */
export const codeDigests = (keyring: Keyring, code: string): Buffer[] => keyring.macs('assist-code', code);

export const codeDigest = (keyring: Keyring, code: string): Buffer => keyring.mac('assist-code', code);
