import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { problem } from './problem.js';
import { anyMedia } from './route-facts.js';
import { patternOf } from './route-pattern.js';

/** What routes take and give, where that is not JSON: the first pattern that the path matches counts. */
export interface MediaRule {
  path: RegExp;
  /** Of request bodies; left out: whatever the route itself makes of it. */
  takes?: string;
  /** Of answers; left out: whatever was asked for. */
  gives?: string;
}

const json: Required<Omit<MediaRule, 'path'>> = { takes: 'application/json', gives: 'application/json' };

const alwaysThere: MediaRule[] = [{ path: /^\/(docs|openapi\.(json|yaml))(\/|$)/ }];

/**
 * The manners of HTTP that no route should have to think of: 405 with `Allow` for a verb that the path does not take (RFC
 * 9110 §15.5.6), 406 and 415 for media types that it neither gives nor takes (§15.5.7, §15.5.16).
 */
export function negotiate(fastify: FastifyInstance, rules: readonly MediaRule[] = []): void {
  const routes: { pattern: RegExp; methods: string[] }[] = [];
  fastify.addHook('onRoute', ({ url, method }: RouteOptions) => {
    // A wildcard takes what no other route wants: it says nothing of a path.
    if (!url.includes('*')) routes.push({ pattern: patternOf(url), methods: [method].flat() });
  });
  const all: MediaRule[] = [...alwaysThere, ...rules, { path: /^/, ...json }];

  fastify.addHook('onRequest', (request, reply, next) => {
    const path = pathOf(request);
    const { url: route, config } = request.routeOptions;
    if (request.is404 || route === '*') {
      const allowed = new Set(
        routes.filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => methods),
      );
      if (allowed.size === 0) return next();
      reply.header('allow', [...allowed].sort().join(', '));
      return refuseHere(reply, 405, 'method_not_allowed', 'This address does not take that method.');
    }
    const rule = all.find((each) => each.path.test(path)) as MediaRule;
    const { takes = rule.takes ?? anyMedia, gives = rule.gives ?? anyMedia } = config;
    if (gives !== anyMedia && !isAccepted(request.headers.accept, gives))
      return refuseHere(reply, 406, 'not_acceptable', 'None of the accepted types can be given.');
    if (takes !== anyMedia && hasBody(request) && mediaType(request.headers['content-type']) !== takes)
      return refuseHere(
        reply,
        415,
        'unsupported_media_type',
        'The content type is not one that is read here.',
      );
    next();
  });
}

const pathOf = ({ url }: FastifyRequest): string => url.split('?')[0] ?? '';
const mediaType = (header: string | undefined): string =>
  (header ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
const hasBody = ({ headers }: FastifyRequest): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

function isAccepted(accept: string | undefined, type: string): boolean {
  if (!accept) return true;
  const [main] = type.split('/');
  // Who wants JSON is content with a problem in JSON, and the other way round.
  const wanted = [type, `${main}/*`, '*/*', ...(type === json.gives ? ['application/problem+json'] : [])];
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
