import { createHash } from 'node:crypto';
import type * as Argon2 from '@node-rs/argon2';

type Hashing = Pick<typeof Argon2, 'hash' | 'hashRaw'>;
type Text = string | Uint8Array;

/** Digests at most; the oldest is forgotten first. */
const most = 20_000;

/**
 * Makes a worker of Jest remember what argon2id made of a text, a salt and a cost: each takes 20 ms of a processor, and guesses and sign-ins
 * of tests repeat hundreds of times. The digests are the true ones, at the product's cost, so other processes accept them. A new salt is
 * always computed.
 *
 * @param argon2 the exports of `@node-rs/argon2`, before the product has read them
 */
export function rememberHashes(argon2: Hashing): void {
  const { hash, hashRaw } = argon2;
  const remembered = new Map<string, Buffer>();
  const remember = (key: string, digest: Buffer): void => {
    const [oldest = ''] = remembered.size < most ? [] : remembered.keys();
    remembered.delete(oldest);
    remembered.set(key, Buffer.from(digest));
  };
  argon2.hashRaw = async (text, options, signal) => {
    const key = keyOf(text, options);
    const known = key === undefined ? undefined : remembered.get(key);
    // A copy: callers own what they get.
    if (known) return Buffer.from(known);
    const digest = await hashRaw(text, options, signal);
    if (key !== undefined) remember(key, digest);
    return digest;
  };
  argon2.hash = async (text, options, signal) => {
    const phc = await hash(text, options, signal);
    const [salt = '', digest = ''] = phc.split('$').slice(-2);
    const key = keyOf(text, { ...options, salt: Buffer.from(salt, 'base64') });
    if (key !== undefined) remember(key, Buffer.from(digest, 'base64'));
    return phc;
  };
}

/** @returns undefined when the digest depends on more than the text, the salt and the cost */
function keyOf(text: Text, options: Argon2.Options | null | undefined): string | undefined {
  const { salt, secret, algorithm = 2, version = 1, outputLen = 32, ...cost } = options ?? {};
  if (salt === undefined || secret !== undefined) return undefined;
  const { memoryCost = 19_456, timeCost = 2, parallelism = 1 } = cost;
  const about = [algorithm, version, outputLen, memoryCost, timeCost, parallelism, salt.length].join();
  // Not the text itself: some specs search the memory for it.
  return createHash('sha256').update(`${about} `).update(salt).update(text).digest('base64');
}
