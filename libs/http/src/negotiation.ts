import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { hasUnreadCoding, isReadAsUtf8 } from './body-coding.js';
import { problem } from './problem.js';
import { pathOf } from './request-target.js';
import { anyMedia, isDocs } from './route-facts.js';
import { patternOf } from './route-pattern.js';

const json = 'application/json';

/**
 * Refusals of HTTP that no route has to think of: 405 with `Allow` for a verb that the path does not take (RFC
 * 9110 §15.5.6), 406 and 415 for media types that it neither gives nor takes (§15.5.7, §15.5.16), and 415 for charsets and content codings.
 */
export function negotiate(fastify: FastifyInstance): void {
  const routes: { pattern: RegExp; methods: string[] }[] = [];
  fastify.addHook('onRoute', ({ url, method }: RouteOptions) => {
    // A wildcard takes what no other route wants: it says nothing of a path.
    if (!url.includes('*')) routes.push({ pattern: patternOf(url), methods: [method].flat() });
  });

  fastify.addHook('onRequest', (request, reply, next) => {
    const { route, facts = {} } = request.way ?? {};
    if (request.is404 || route === '*') {
      const path = pathOf(request);
      const allowed = new Set(
        routes.filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => methods),
      );
      if (allowed.size === 0) return next();
      reply.header('allow', [...allowed].sort().join(', '));
      return refuseHere(reply, 405, 'method_not_allowed', 'This address does not take that method.');
    }
    const usual = isDocs(route) ? anyMedia : json;
    const { takes = usual, gives = usual, decodes = [] } = facts;
    if (gives !== anyMedia && !isAccepted(request.headers.accept, gives))
      return refuseHere(reply, 406, 'not_acceptable', 'None of the accepted types can be given.');
    if (!hasBody(request)) return next();
    const type = request.headers['content-type'];
    if (hasUnreadCoding(request, reply, decodes))
      return refuseHere(
        reply,
        415,
        'unsupported_media_type',
        'The content coding is not one that is read here.',
      );
    if ((takes !== anyMedia && ![takes].flat().includes(mediaType(type))) || !isReadAsUtf8(type))
      return refuseHere(
        reply,
        415,
        'unsupported_media_type',
        'The content type is not one that is read here.',
      );
    next();
  });
}

const mediaType = (header: string | undefined): string =>
  (header ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
export const hasBody = ({ headers }: FastifyRequest): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

function isAccepted(accept: string | undefined, type: string): boolean {
  if (!accept) return true;
  const [main] = type.split('/');
  // Who wants JSON is content with a problem in JSON, and the other way round.
  const wanted = [type, `${main}/*`, '*/*', ...(type === json ? ['application/problem+json'] : [])];
  return accept
    .toLowerCase()
    .split(',')
    .map((range) => range.split(';').map((part) => part.trim()))
    .some(
      ([range = '', ...parameters]) =>
        wanted.includes(range) && !parameters.some((part) => /^q=0(\.0*)?$/.test(part)),
    );
}

/** After a refusal the next hook is not called. */
function refuseHere(reply: FastifyReply, status: number, code: string, title: string): void {
  void reply
    .status(status)
    .header('content-type', 'application/problem+json')
    .send(Buffer.from(JSON.stringify(problem(status, code, title))));
}
