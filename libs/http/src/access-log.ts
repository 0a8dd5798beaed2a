import type { Telemetry } from '@rekey/telemetry';
import type { FastifyInstance } from 'fastify';
import { Histogram } from 'prom-client';
import { eventsOf } from './correlation.js';
import { isDocs } from './route-facts.js';
import { securityHeaders } from './security-headers.js';

const probes = ['/health/live', '/health/ready', '/metrics'];

/** Probes ask every second and say nothing new, unless something is wrong. */
export const levelOf = (route: string, status: number): 'debug' | 'info' =>
  probes.includes(route) && status < 400 ? 'debug' : 'info';

/** What every answer of every process has in common: security headers, no caching, a request id, a line in the log. */
export function registerAccessLog(fastify: FastifyInstance, telemetry: Telemetry): void {
  const { registry } = telemetry;
  const durations = (name: string, help: string) =>
    new Histogram({
      name,
      help,
      labelNames: ['method', 'route', 'status'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registers: [registry],
    });
  const seconds = durations('http_request_duration_seconds', 'Time to answer, by route and status');
  // Kept apart: who sees that such a route was used sees that a message has found somebody.
  const secondsByMessage = durations(
    'http_message_request_duration_seconds',
    'The same for routes that only a message leads to',
  );
  telemetry.show('http_request_duration_seconds');
  const always = { ...securityHeaders, 'cache-control': 'no-store' };
  fastify.addHook('onRequest', (request, reply, next) => {
    reply.headers(always).header('x-request-id', request.id);
    next();
  });
  fastify.addHook('onResponse', (request, reply, next) => {
    // The template, never the address itself: a token that someone put into a URL stays out of log and metrics.
    const { route = 'none', facts } = request.way ?? {};
    const { method } = request;
    const histogram = facts?.ledByMessage ? secondsByMessage : seconds;
    histogram.observe({ method, route, status: reply.statusCode }, reply.elapsedTime / 1000);
    const ms = Math.round(reply.elapsedTime * 10) / 10;
    const events = eventsOf(request);
    const what = events.length > 0 ? { events } : {};
    request.log[levelOf(route, reply.statusCode)](
      { method, route, status: reply.statusCode, ms, ...what },
      'answered',
    );
    next();
  });
}

/** Swagger's page styles itself inline and loads its own script; nothing else does. */
export function openDocs(fastify: FastifyInstance): void {
  fastify.addHook('onSend', (request, reply, payload, next) => {
    if (isDocs(request.way?.route))
      reply.header(
        'content-security-policy',
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'",
      );
    next(null, payload);
  });
}
