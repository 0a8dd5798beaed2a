import {
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  type JsonWebKey,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import { exportJWK, generateKeyPair, type JWK } from 'jose';

/** Algorithms of access tokens (RFC 7518 §3.1, RFC 8037). HS256 is for closed systems: who verifies could also sign. */
export const tokenAlgorithms = ['ES256', 'RS256', 'EdDSA', 'HS256'] as const;
export type TokenAlgorithm = (typeof tokenAlgorithms)[number];

export interface KeyMaterial {
  privateJwk: JWK;
  /** Nothing but the type for HS256: its key is a secret and is never published. */
  publicJwk: JWK;
}

export async function makeKey(alg: TokenAlgorithm): Promise<KeyMaterial> {
  if (alg === 'HS256') {
    // As long as the digest (RFC 7518 §3.2).
    return {
      privateJwk: { kty: 'oct', k: randomBytes(32).toString('base64url') },
      publicJwk: { kty: 'oct' },
    };
  }
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true, modulusLength: 3072 });
  return { privateJwk: await exportJWK(privateKey), publicJwk: await exportJWK(publicKey) };
}

/**
 * The key that signs and the key that verifies; one and the same for HS256. The public half is made from the private one, which was
 * sealed: what stands beside it in clear could be anybody's, and would then verify what they have signed.
 *
 * @throws {Error} when the key was made for another algorithm
 */
export function loadKey(
  alg: TokenAlgorithm,
  privateJwk: JWK,
): { privateKey: KeyObject; publicKey: KeyObject; publicJwk: JWK } {
  if (alg === 'HS256') {
    // The algorithm stands in clear. Of a key of another kind an empty secret would come out, which everybody knows.
    if (!privateJwk.k) throw new Error('a key of HS256 has no secret: it was made for another algorithm');
    const secret = createSecretKey(privateJwk.k, 'base64url');
    return { privateKey: secret, publicKey: secret, publicJwk: { kty: 'oct' } };
  }
  const privateKey = createPrivateKey({ key: privateJwk as JsonWebKey, format: 'jwk' });
  const publicKey = createPublicKey(privateKey);
  return { privateKey, publicKey, publicJwk: publicKey.export({ format: 'jwk' }) };
}
