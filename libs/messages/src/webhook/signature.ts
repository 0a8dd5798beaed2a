import { createHmac } from 'node:crypto';

/**
 * The headers of Standard Webhooks, with a signature by each secret: `v1,` and base64 of HMAC-SHA256 over `id.timestamp.body`.
 *
 * @param of.at in milliseconds; the header has seconds
 * @param secrets `whsec_` and the key in base64
 */
export function signedHeaders(
  { id, at, body }: { id: string; at: number; body: string },
  secrets: readonly string[],
): Record<string, string> {
  const timestamp = String(Math.floor(at / 1000));
  const signed = (secret: string) =>
    createHmac('sha256', Buffer.from(secret.replace(/^whsec_/, ''), 'base64'))
      .update(`${id}.${timestamp}.${body}`)
      .digest('base64');
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': secrets.map((secret) => `v1,${signed(secret)}`).join(' '),
  };
}
