import { createHmac } from 'node:crypto';

/** Eight digits by the truncation of RFC 4226 §5.3, over the recovery's id alone. */
export function deriveCode(secret: Buffer, recoveryId: string): string {
  const digest = createHmac('sha256', secret).update('code').update(recoveryId).digest();
  const offset = (digest.at(-1) ?? 0) & 0xf;
  return String((digest.readUInt32BE(offset) & 0x7fffffff) % 100_000_000).padStart(8, '0');
}

export const bearerToken = (secret: Buffer, recoveryId: string): string =>
  createHmac('sha256', secret).update('token').update(recoveryId).digest('base64url');
