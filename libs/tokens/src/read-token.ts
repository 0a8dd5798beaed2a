import { isUtf8 } from 'node:buffer';
import { readBase64url } from '@rekey/kernel';

/** A parsed JWS in compact form (RFC 7515 §7.1). */
export interface ReadToken {
  header: Record<string, unknown>;
  /** Undefined when it is not a JSON object in UTF-8 and canonical base64url: such a token cannot have been issued here. */
  payload: Record<string, unknown> | undefined;
}

const object = (part: string): Record<string, unknown> | undefined => {
  if (!/^[\w-]+$/.test(part)) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
};

/** Characters. Fifty roles and fifty scopes of maximum length make ten thousand; a longer token is not ours. */
export const longestToken = 16_000;

/** @returns undefined for text that does not have the shape of a JWT */
export function readToken(token: string): ReadToken | undefined {
  const parts = token.split('.');
  if (parts.length !== 3 || token.length > longestToken) return undefined;
  const [head = '', body = '', signature = ''] = parts;
  if (!/^[\w-]*$/.test(signature)) return undefined;
  const header = object(head);
  const bytes = readBase64url(body);
  // Node.js reads what is no UTF-8 too, with U+FFFD in its place.
  return header && { header, payload: bytes && isUtf8(bytes) ? object(body) : undefined };
}
