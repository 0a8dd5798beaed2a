import { createCipheriv, randomBytes } from 'node:crypto';
import type { Keyring } from '@rekey/kernel';

/** A value of version 1, as earlier releases sealed it under the newest key: bound to this text alone. */
export function sealedBefore(keyring: Keyring, plain: string, boundTo: string): Buffer {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', keyring.derive('seal', '') ?? '', nonce);
  cipher.setAAD(Buffer.from(boundTo));
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  const id = Buffer.from(keyring.newestKeyId);
  return Buffer.concat([Buffer.from([1, id.length]), id, nonce, body, cipher.getAuthTag()]);
}
