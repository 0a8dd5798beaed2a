import {
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  type JsonWebKey,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import type { SigningAlgorithm } from '@rekey/kernel';
import { exportJWK, generateKeyPair, type JWK } from 'jose';

export interface KeyMaterial {
  privateJwk: JWK;
  /** Only the type for HS256: its key is a secret and is never published. */
  publicJwk: JWK;
}

export async function makeKey(alg: SigningAlgorithm): Promise<KeyMaterial> {
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
 * The signing key and the verifying key; the same one for HS256. The public half is derived from the encrypted private one. The public half
 * in the table is in plain text, so an attacker could have replaced it with their own, and it would then verify their signatures.
 *
 * @throws {Error} when the key was made for another algorithm
 */
export function loadKey(
  alg: SigningAlgorithm,
  privateJwk: JWK,
): { privateKey: KeyObject; publicKey: KeyObject; publicJwk: JWK } {
  if (alg === 'HS256') {
    // The algorithm column is in plain text. If it were changed on a key of another kind, the secret would be empty, and everybody knows
    // the empty secret.
    if (!privateJwk.k) throw new Error('a key of HS256 has no secret: it was made for another algorithm');
    const secret = createSecretKey(privateJwk.k, 'base64url');
    return { privateKey: secret, publicKey: secret, publicJwk: { kty: 'oct' } };
  }
  const privateKey = createPrivateKey({ key: privateJwk as JsonWebKey, format: 'jwk' });
  const publicKey = createPublicKey(privateKey);
  return { privateKey, publicKey, publicJwk: publicKey.export({ format: 'jwk' }) };
}
