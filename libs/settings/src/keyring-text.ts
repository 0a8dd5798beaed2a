import type { KeyringKey } from '@rekey/kernel';
import { z } from 'zod';

const schema = z.array(z.strictObject({ id: z.string(), key: z.string().regex(/^[\w-]{43}$/) })).min(1);

/**
 * @param text JSON `[{"id","key"}]`, newest first, each key 32 bytes as base64url
 * @throws {Error} that never repeats what it read
 */
export function parseKeyring(text: string): KeyringKey[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Error(`read ${text.length} characters that are not JSON`);
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw new Error('read JSON of another shape');
  return parsed.data.map(({ id, key }) => ({ id, key: Buffer.from(key, 'base64url') }));
}
