/**
 * Reads base64url without padding (RFC 4648 §5), only in the canonical form of its bytes. Node.js also accepts padding, the other alphabet,
 * and a last character whose spare bits are set (RFC 4648 §3.5), and would therefore accept an altered token.
 *
 * @returns undefined for every other form
 */
export function readBase64url(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : undefined;
}
