import type { FastifyRequest } from 'fastify';

/** The access token of a request; undefined without one, or with one that cannot be one. */
export const bearerOf = ({ headers }: FastifyRequest): string | undefined =>
  /^bearer ([\w.-]+)$/i.exec(headers.authorization ?? '')?.[1];

/**
 * `WWW-Authenticate` of RFC 6750 §3.
 *
 * @param error left out where a request showed no token at all
 */
export function bearerChallenge(
  error?: string,
  more: Record<string, string | number> = {},
): { 'www-authenticate': string } {
  const attributes = { realm: 'rekey', ...(error === undefined ? {} : { error }), ...more };
  const list = Object.entries(attributes).map(([name, value]) => `${name}="${value}"`);
  return { 'www-authenticate': `Bearer ${list.join(', ')}` };
}
