/**
 * Reads base64url without padding (RFC 4648 §5) in the only form in which these bytes are written. Node.js also reads padding,
 * the other alphabet, and a last character whose spare bits are set (RFC 4648 §3.5): a token that was changed would be taken.
 *
 * @returns undefined for every other form
 */
export function readBase64url(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : undefined;
}
