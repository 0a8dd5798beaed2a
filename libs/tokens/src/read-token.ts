/** A JWS in compact form, taken apart (RFC 7515 §7.1). */
export interface ReadToken {
  header: Record<string, unknown>;
  /** Undefined where it is not a JSON object: then nothing of it can be what was issued. */
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

/** Characters. Fifty roles and fifty scopes, each as long as may be, make ten thousand: what is longer is none of ours. */
export const longestToken = 16_000;

/** @returns undefined for what has not the shape of a JWT */
export function readToken(token: string): ReadToken | undefined {
  const parts = token.split('.');
  if (parts.length !== 3 || token.length > longestToken) return undefined;
  const [head = '', body = '', signature = ''] = parts;
  if (!/^[\w-]*$/.test(signature)) return undefined;
  const header = object(head);
  return header && { header, payload: object(body) };
}
