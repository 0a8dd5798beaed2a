import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { onMalformedRequest } from './malformed-requests.js';
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
 * Ends requests whose body does not come, and refuses those that do not say which host they are for (RFC 9112 §3.2).
 *
 */
export function endIncompleteRequests(fastify: FastifyInstance, times: ArrivalTimes): void {
  const timers = new WeakMap<FastifyRequest, NodeJS.Timeout>();
  const stop = (request: FastifyRequest) => clearTimeout(timers.get(request));

  fastify.addHook('onRequest', (request, reply, next) => {
    if (!namesOneHost(request)) return refuseHost(reply);
    const { headers, raw } = request;
    const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
    if (!hasBody) return next();
    if (request.routeOptions.config?.streams) {
      raw.setTimeout(times.silenceMs, () => raw.destroy());
      return next();
    }
    const late = Object.assign(new Error('the body is late'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' });
    const end = () => {
      // The connection may be on to another request by now.
      if (raw.complete) return;
      if (reply.sent) raw.socket.destroy();
      else onMalformedRequest(late, raw.socket);
    };
    timers.set(request, setTimeout(end, times.bodyMs).unref());
    raw.once('end', () => stop(request)).once('close', () => stop(request));
    next();
  });

  // Answered before its body was read: only one whose body has not come yet is still waited for.
  fastify.addHook('onResponse', (request, _reply, next) => {
    if (request.raw.complete !== false) stop(request);
    next();
  });
}

function namesOneHost({ raw }: FastifyRequest): boolean {
  const names = raw.rawHeaders.filter((_, at) => at % 2 === 0);
  const hosts = names.filter((name) => name.toLowerCase() === 'host').length;
  return hosts === 1 || (hosts === 0 && raw.httpVersion === '1.0');
}

function refuseHost(reply: FastifyReply): void {
  void reply
    .status(400)
    .header('content-type', 'application/problem+json')
    .send(Buffer.from(JSON.stringify(earlyProblem(400))));
}
