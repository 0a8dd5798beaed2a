import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { earlyProblem } from './problem.js';

/** Characters of a request target at most; RFC 9112 §3 asks for 8,000 of a request line. */
export const longestTarget = 8_192;

/** The target as everything reads it, or the status of its response. */
type ReadTarget = { url: string } | { status: 204 | 400 | 414 };

/**
 * Reads a request target (RFC 9112 §3.2): origin-form, absolute-form without what names the server, and `OPTIONS *`. Percent-encoding in the
 * path is brought into one form (RFC 3986 §6.2.2): unreserved characters are decoded, the others have capitals. So the router, and what asks
 * for a path without a route, see the same text for the same resource. Reserved characters stay encoded: `%2F` is no separator.
 *
 * @returns 400 for a fragment, for another scheme or one without a host, and for bytes that are no UTF-8
 */
export function readTarget(method: string, target: string): ReadTarget {
  if (target.length > longestTarget) return { status: 414 };
  if (method === 'OPTIONS' && target === '*') return { status: 204 };
  const [, rest] = /^https?:\/\/[^/?#@\s]+(.*)$/is.exec(target) ?? [];
  // The empty path of an absolute target is the root (RFC 3986 §6.2.3).
  const url = rest === undefined ? target : rest.replace(/^(?=\?|$)/, '/');
  const { path, query } = splitTarget(url);
  if (!path.startsWith('/') || url.includes('#') || !isEncodedText(path)) return { status: 400 };
  const inForm = path.replace(/%[0-9a-f]{2}/gi, inOneForm);
  return { url: query === undefined ? inForm : `${inForm}?${query}` };
}

/** A target in origin-form as path and query (RFC 3986 §3): the first `?` divides them, and any other belongs to the query. */
export function splitTarget(url: string): { path: string; query: string | undefined } {
  const at = url.indexOf('?');
  return at < 0 ? { path: url, query: undefined } : { path: url.slice(0, at), query: url.slice(at + 1) };
}

const inOneForm = (encoded: string): string => {
  const character = String.fromCharCode(Number.parseInt(encoded.slice(1), 16));
  return /[\w.~-]/.test(character) ? character : encoded.toUpperCase();
};

function isEncodedText(path: string): boolean {
  if (!path.includes('%')) return true;
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

const refused = new WeakMap<IncomingMessage, 204 | 400 | 414>();

/** For Fastify's `rewriteUrl`. A target that is refused leads to no route, and is answered as every request is: logged, and with headers. */
export function rewriteTarget(request: Pick<IncomingMessage, 'method' | 'url'>): string {
  const read = readTarget(request.method ?? '', request.url ?? '');
  if ('url' in read) return read.url;
  refused.set(request as IncomingMessage, read.status);
  return '/\u0000';
}

/** Answers the targets that {@link readTarget} refuses, and `OPTIONS *`, which asks for nothing but an answer (RFC 9110 §9.3.7). */
export function refuseTargets(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', ({ raw }, reply, next) => {
    const status = refused.get(raw);
    if (status === undefined) return next();
    void reply.status(status);
    if (status === 204) return void reply.send();
    void reply
      .header('content-type', 'application/problem+json')
      .send(Buffer.from(JSON.stringify(earlyProblem(status))));
  });
}

/** The path of a request that no route takes. Where a route does, its template says more: `request.way.route`. */
export const pathOf = ({ url = '' }: Pick<FastifyRequest, 'url'>): string => splitTarget(url).path;
