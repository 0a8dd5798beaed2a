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

/** The key that signs and the key that verifies; one and the same for HS256. */
export function loadKey(
  alg: TokenAlgorithm,
  { privateJwk, publicJwk }: KeyMaterial,
): { privateKey: KeyObject; publicKey: KeyObject } {
  if (alg === 'HS256') {
    const secret = createSecretKey(privateJwk.k ?? '', 'base64url');
    return { privateKey: secret, publicKey: secret };
  }
  return {
    privateKey: createPrivateKey({ key: privateJwk as JsonWebKey, format: 'jwk' }),
    publicKey: createPublicKey({ key: publicJwk as JsonWebKey, format: 'jwk' }),
  };
}
