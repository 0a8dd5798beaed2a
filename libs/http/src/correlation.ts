import type { IncomingMessage } from 'node:http';
import { type Database, withTrace } from '@rekey/database';
import { type Keyring, systemClock, uuidv7 } from '@rekey/kernel';
import { sourcePseudonym } from '@rekey/limits';
import {
  markFailed,
  type RequestSource,
  readRequestId,
  startSpan,
  type Telemetry,
  type TraceContext,
} from '@rekey/telemetry';
import type { FastifyContextConfig, FastifyInstance, FastifyRequest } from 'fastify';
import type { TrustedProxies } from './forwarded.js';

const headerOf = (request: IncomingMessage, name: string): string | undefined => {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
};

/** A trusted proxy's id of a request, or its trace; a new one for everyone else. */
export const requestIdOf =
  (proxies: TrustedProxies) =>
  (request: IncomingMessage): string => {
    const given = proxies.isOne(request)
      ? (readRequestId(headerOf(request, 'x-request-id')) ??
        readRequestId(headerOf(request, 'traceparent')?.split('-')[1]))
      : undefined;
    return given ?? uuidv7(systemClock.now());
  };

interface Way {
  /** Template of the route; undefined where there is none. */
  route: string | undefined;
  facts: FastifyContextConfig;
  trace: TraceContext;
  span: ReturnType<typeof startSpan>;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Undefined for what was refused before any route was looked for. */
    way: Way | undefined;
  }
}

/**
 * The template of the route that takes a request: for guards and handlers, which only run on one.
 *
 * @throws when no route was looked for, so that nothing is let through for want of one
 */
export function matchedRoute({ way }: FastifyRequest): string {
  if (way?.route === undefined) throw new Error('no route takes this request');
  return way.route;
}

/** What was noted while a request was answered. */
export const eventsOf = ({ way }: FastifyRequest): TraceContext['events'] => way?.trace.events ?? [];

/** What an act needs, for this request: what is done there is counted, traced and written down as caused by it. */
export const withRequestTrace = <Context extends { database: Database }>(
  context: Context,
  { way }: FastifyRequest,
): Context => withTrace(context, way?.trace);

/** Most requests audit nothing, so neither the IP address nor its pseudonym is computed before somebody asks. */
class SourceOfRequest implements RequestSource {
  private known: string | null | undefined;

  constructor(
    private readonly request: FastifyRequest,
    private readonly keyring: () => Keyring | undefined,
  ) {}

  get ip(): string {
    return this.request.ip;
  }

  pseudonym(): string | null {
    if (this.known === undefined) {
      const keyring = this.keyring();
      this.known = keyring ? sourcePseudonym(keyring, this.ip) : null;
    }
    return this.known;
  }
}

/**
 * Gives a request its place, under its id and in its trace, up to its answer.
 *
 * @param keyring called when a source is first written down
 */
export function registerCorrelation(
  fastify: FastifyInstance,
  telemetry: Telemetry,
  proxies: TrustedProxies,
  keyring: () => Keyring | undefined,
): void {
  fastify.decorateRequest('way', undefined);
  fastify.addHook('onRequest', (request, _reply, done) => {
    const { raw, method, id } = request;
    // Fastify builds this object anew each time that somebody looks.
    const { url: route, config: facts } = request.routeOptions;
    const name = route ?? 'none';
    const trace = telemetry.traceOf(id, proxies.isOne(raw) ? headerOf(raw, 'traceparent') : undefined);
    trace.source = new SourceOfRequest(request, keyring);
    const attributes = { 'http.request.method': method, 'http.route': name, 'rekey.request_id': id };
    request.way = { route, facts, trace, span: startSpan(trace, `${method} ${name}`, 'server', attributes) };
    done();
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    const span = request.way?.span;
    span?.setAttribute('http.response.status_code', reply.statusCode);
    if (reply.statusCode >= 500) markFailed(span, { code: reply.statusCode });
    span?.end();
    done();
  });
}
