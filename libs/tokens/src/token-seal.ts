import type { Keyring } from '@rekey/kernel';

/**
 * The tail of an access token's `jti`: a keyed digest of its other claims, in the order in which they stand there. A signature tells
 * that something was altered; this tells what, since whoever altered the claims cannot have made it match. 128 bits, 22 characters.
 *
 * @param json the other claims
 */
export function claimsSeal(keyring: Keyring, id: string, json: string): string {
  return keyring.mac('token-claims', `${id}\n${json}`).subarray(0, 16).toString('base64url');
}

/** True when these claims are those that the token was issued with, under any key of the ring. */
export function areClaimsIntact(keyring: Keyring, id: string, seal: string, claims: object): boolean {
  const text = `${id}\n${JSON.stringify(claims)}`;
  return keyring.macs('token-claims', text).some((mac) => mac.subarray(0, 16).toString('base64url') === seal);
}

/** `jti` in its two parts; undefined for an id of another shape. */
export function splitTokenId(jti: unknown): { id: string; seal: string } | undefined {
  const [, id = '', seal = ''] = /^([0-9a-f-]{36})\.([\w-]{22})$/.exec(String(jti)) ?? [];
  return id && seal ? { id, seal } : undefined;
}
