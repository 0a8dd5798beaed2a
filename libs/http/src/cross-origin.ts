import cors from '@fastify/cors';
import type { FastifyInstance, RouteOptions } from 'fastify';
import { pathOf } from './request-target.js';
import { patternOf } from './route-pattern.js';

/** What pages of other origins may call from script. */
export interface CrossOrigin {
  /** As a browser sends them: `https://app.example.com`. */
  origins: readonly string[];
}

const shared = {
  methods: ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'],
  allowedHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key'],
  exposedHeaders: ['Retry-After', 'RateLimit', 'RateLimit-Policy', 'WWW-Authenticate', 'X-Request-Id'],
  // Seconds; the most that Chromium keeps.
  maxAge: 7_200,
};

/**
 * Lets the origins call routes with `@CrossOrigin()` (CORS of the Fetch standard), with tokens in a header and never with cookies. Other
 * origins get no CORS headers.
 */
export async function openToOrigins(fastify: FastifyInstance, { origins }: CrossOrigin): Promise<void> {
  if (origins.length === 0) return;
  // By pattern and not by the route of the request: a preflight has no route, nor has what is answered with 404 or 405.
  const open: RegExp[] = [];
  fastify.addHook('onRoute', ({ url, config }: RouteOptions) => {
    const { crossOrigin } = config ?? {};
    if (crossOrigin) open.push(patternOf(url, crossOrigin === 'beneath' ? '(/.*)?' : undefined));
  });
  await fastify.register(cors, {
    delegator: (request, decide) => {
      const { origin } = request.headers;
      const isNamed = origin !== undefined && origins.includes(origin);
      const path = pathOf(request);
      const isOpen = isNamed && open.some((pattern) => pattern.test(path));
      decide(null, isOpen ? { ...shared, origin: [origin] } : { origin: false });
    },
  });
}
