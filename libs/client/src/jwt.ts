/** A signed JWT (RFC 7519) in compact form. Nothing in it has been verified, and a member may have any type. */
export interface ReadJwt {
  header: Record<string, unknown>;
  claims: Record<string, unknown>;
  /** What was signed. */
  input: Uint8Array<ArrayBuffer>;
  signature: string;
}

/** @returns undefined for text that is not three parts, the first two of them JSON objects */
export function readJwt(token: string): ReadJwt | undefined {
  const parts = token.split('.');
  const [head = '', body = '', signature = ''] = parts;
  const [header, claims] = [json(head), json(body)];
  if (parts.length !== 3 || !header || !claims) return undefined;
  return { header, claims, input: new TextEncoder().encode(`${head}.${body}`), signature };
}

/** The type of its keys, and what WebCrypto imports them as and verifies with. */
type Algorithm = readonly [kty: string, EcKeyImportParams & EcdsaParams & RsaHashedImportParams];

const hash = 'SHA-256';
/** A map: a name of `Object.prototype` is in none. WebCrypto takes of an algorithm what an act needs. */
const algorithms = new Map<unknown, Algorithm>([
  ['ES256', ['EC', { name: 'ECDSA', namedCurve: 'P-256', hash }]],
  ['RS256', ['RSA', { name: 'RSASSA-PKCS1-v1_5', hash } as Algorithm[1]]],
  ['EdDSA', ['OKP', { name: 'Ed25519' } as Algorithm[1]]],
]);

/** The algorithm of this name; undefined for what is not allowed, and for what is no name. */
export const algorithmOf = (alg: unknown): Algorithm | undefined => algorithms.get(alg);

/**
 * The key for an algorithm. A private key in a public place is no longer a key.
 *
 * @returns undefined for a key of another type, curve, use or algorithm, for a broken one, and for RSA of less than 2048 bits (RFC 7518 §3.3)
 */
export async function importKey(jwk: JsonWebKey, alg: unknown): Promise<CryptoKey | undefined> {
  const [kty, algorithm] = algorithmOf(alg) ?? [];
  if (!algorithm || jwk.kty !== kty || (jwk.alg && jwk.alg !== alg) || jwk.d !== undefined) return undefined;
  try {
    const key = await crypto.subtle.importKey('jwk', jwk, algorithm, false, ['verify']);
    return ((key.algorithm as Partial<RsaKeyAlgorithm>).modulusLength ?? 2048) < 2048 ? undefined : key;
  } catch {
    return undefined;
  }
}

/** Whether this key, imported for the algorithm, made the signature. Another encoding of a signature is no signature. */
export async function isSignedBy(
  key: CryptoKey,
  alg: unknown,
  { input, signature }: ReadJwt,
): Promise<boolean> {
  const [, algorithm] = algorithmOf(alg) ?? [];
  try {
    return algorithm !== undefined && (await crypto.subtle.verify(algorithm, key, bytes(signature), input));
  } catch {
    return false;
  }
}

/** @throws for what is not base64url without padding (RFC 7515 §2): `atob` also takes the other alphabet, padding and spaces */
function bytes(part: string): Uint8Array<ArrayBuffer> {
  if (!/^[\w-]*$/.test(part)) throw new Error('not base64url');
  return Uint8Array.from(atob(part.replace(/-/g, '+').replace(/_/g, '/')), (char) => char.charCodeAt(0));
}

function json(part: string): Record<string, unknown> | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes(part));
    const value = JSON.parse(text);
    return value && typeof value === 'object' && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
