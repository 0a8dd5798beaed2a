import { every } from '@rekey/kernel';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { onMalformedRequest } from './malformed-requests.js';
import { hasBody } from './negotiation.js';
import { earlyProblem } from './problem.js';

/** How long a request may take to arrive. A slower client would hold a connection for nothing. */
export interface ArrivalTimes {
  /** From the first byte of the connection, or of the request, to the end of its head. */
  headMs: number;
  /** Of a body, from the end of the head on. */
  bodyMs: number;
  /** Of a body without an end to be expected: without any byte in either direction. */
  silenceMs: number;
}

export const usualArrivalTimes: ArrivalTimes = { headMs: 15_000, bodyMs: 30_000, silenceMs: 60_000 };

/** For `http.createServer`: what Node looks at itself, of the servers for further addresses too. */
export const nodeTimes = ({ headMs }: ArrivalTimes) => ({
  headersTimeout: headMs,
  // Node has one time for every body, and an import has none: bodies are timed here.
  requestTimeout: 0,
  connectionsCheckingInterval: Math.min(5_000, Math.ceil(headMs / 3)),
  // It is refused here, with a document and headers as everything is.
  requireHostHeader: false,
});

/**
 * Ends requests whose body does not come, and refuses those that do not say which host they are for (RFC 9112 §3.2). One look at all of
 * them now and then: a timer for each would cost every request more than its routing.
 */
export function endIncompleteRequests(fastify: FastifyInstance, times: ArrivalTimes): void {
  /** In the order of their times, which are those of `performance.now()`. */
  const awaited = new Map<FastifyRequest, { reply: FastifyReply; until: number }>();
  const looks = every(Math.min(1_000, times.bodyMs / 4), {
    async work() {
      const now = performance.now();
      for (const [request, { reply, until }] of awaited) {
        if (until > now) return;
        awaited.delete(request);
        endLate(request.raw, reply);
      }
    },
    onEnd: () => undefined,
  });
  fastify.addHook('onClose', () => looks.stop());

  fastify.addHook('onRequest', (request, reply, next) => {
    if (!namesOneHost(request)) return refuseHost(reply);
    if (hasBody(request)) {
      const { raw, way } = request;
      if (way?.facts.streams) raw.setTimeout(times.silenceMs, () => raw.destroy());
      else awaited.set(request, { reply, until: performance.now() + times.bodyMs });
    }
    next();
  });

  // Answered before its body was read: only one whose body may still come is waited for.
  fastify.addHook('onResponse', (request, _reply, next) => {
    if (request.raw.complete !== false || request.raw.destroyed) awaited.delete(request);
    next();
  });
}

function endLate(raw: FastifyRequest['raw'], reply: FastifyReply): void {
  // The connection may be on to another request by now.
  if (raw.complete || raw.destroyed) return;
  const late = Object.assign(new Error('the body is late'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' });
  if (reply.sent) raw.socket.destroy();
  else onMalformedRequest(late, raw.socket);
}

function namesOneHost({ raw }: FastifyRequest): boolean {
  const { rawHeaders } = raw;
  let hosts = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) if (rawHeaders[at]?.toLowerCase() === 'host') hosts++;
  return hosts === 1 || (hosts === 0 && raw.httpVersion === '1.0');
}

function refuseHost(reply: FastifyReply): void {
  void reply
    .status(400)
    .header('content-type', 'application/problem+json')
    .send(Buffer.from(JSON.stringify(earlyProblem(400))));
}
