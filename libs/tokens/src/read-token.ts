import { isUtf8 } from 'node:buffer';

/** A parsed JWS in compact form (RFC 7515 §7.1). */
export interface ReadToken {
  header: Record<string, unknown>;
  /** Undefined when it is not a JSON object in UTF-8: such a token cannot have been issued here. */
  payload: Record<string, unknown> | undefined;
}

/** Ours have lists, at most. What is nested by the thousand can be parsed, but not written again: `JSON.stringify` runs out of stack. */
const isShallow = (value: unknown, levels: number): boolean =>
  typeof value !== 'object' ||
  value === null ||
  (levels > 0 && Object.values(value).every((one) => isShallow(one, levels - 1)));

/** Node.js also reads a last character that stands for no byte, and what is no UTF-8, with U+FFFD in its place. */
const object = (part: string): Record<string, unknown> | undefined => {
  if (part.length % 4 === 1 || !/^[\w-]+$/.test(part)) return undefined;
  try {
    const bytes = Buffer.from(part, 'base64url');
    const value: unknown = isUtf8(bytes) ? JSON.parse(bytes.toString()) : undefined;
    return typeof value === 'object' && value !== null && !Array.isArray(value) && isShallow(value, 8)
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
  return header && { header, payload: object(body) };
}
