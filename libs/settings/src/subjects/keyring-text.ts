import { is256Bits, type KeyringKey } from '@rekey/kernel';
import { z } from 'zod';

const schema = z.array(z.strictObject({ id: z.string(), key: z.string().refine(is256Bits) })).min(1);

/**
 * @param text JSON `[{"id","key"}]`, newest first, each key 32 bytes as base64url
 * @param options.weak accepts keys that are not random: an example may be one outside of production
 * @throws {Error} that never repeats what it read
 */
export function parseKeyring(text: string, options: { weak: boolean }): KeyringKey[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Error(`read ${text.length} characters that are not JSON`);
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw new Error('read JSON that is not a keyring');
  const keys = parsed.data.map(({ id, key }) => ({ id, key: Buffer.from(key, 'base64url') }));
  const weak = options.weak ? -1 : keys.findIndex(({ key }) => isWeak(key));
  if (weak >= 0) throw new Error(`read a key that is not random (number ${weak + 1})`);
  return keys;
}

/**
 * What people and examples use instead of random bytes: a few repeated bytes, counting, or text. Fewer than one in a trillion random keys
 * look like that.
 */
function isWeak(key: Buffer): boolean {
  const steps = key.subarray(1).map((byte, at) => byte - (key[at] ?? 0));
  const isText = key.every((byte) => byte >= 0x20 && byte < 0x7f);
  return isText || new Set(key).size <= 16 || new Set(steps).size <= 8;
}
