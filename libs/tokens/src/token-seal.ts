import type { Keyring } from '@rekey/kernel';

/**
 * The tail of an access token's `jti`: a keyed digest of its other claims, in their order in the token. A signature shows that something
 * was altered; this shows what, because an attacker who altered the claims cannot have made it match. 128 bits, 22 characters.
 *
 * @param json the other claims
 */
export function claimsSeal(keyring: Keyring, id: string, json: string): string {
  return keyring.mac('token-claims', `${id}\n${json}`).subarray(0, 16).toString('base64url');
}

/** Whether these claims are those that the token was issued with, under any key of the keyring. */
export function areClaimsIntact(keyring: Keyring, id: string, seal: string, claims: object): boolean {
  const text = `${id}\n${JSON.stringify(claims)}`;
  return keyring.macs('token-claims', text).some((mac) => mac.subarray(0, 16).toString('base64url') === seal);
}

/** Splits `jti` into its two parts; undefined for an id of another shape. */
export function splitTokenId(jti: unknown): { id: string; seal: string } | undefined {
  if (typeof jti !== 'string') return undefined;
  const [, id = '', seal = ''] = /^([0-9a-f-]{36})\.([\w-]{22})$/.exec(jti) ?? [];
  return id && seal ? { id, seal } : undefined;
}
