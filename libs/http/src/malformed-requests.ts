import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { earlyProblem } from './problem.js';
import { securityHeaders } from './security-headers.js';

/** What every answer bears, also one that no hook has seen. */
const headers: Record<string, string> = {
  'content-type': 'application/problem+json',
  'cache-control': 'no-store',
  ...securityHeaders,
};

const bodyOf = (status: number): Buffer => Buffer.from(JSON.stringify(earlyProblem(status)));

/** An address that no router can read. */
export function onMalformedUrl(
  fault: { statusCode?: number },
  { id }: FastifyRequest,
  reply: FastifyReply,
): void {
  const status = fault.statusCode === 414 ? 414 : 400;
  void reply
    .status(status)
    .headers({ ...headers, 'x-request-id': id })
    .send(bodyOf(status));
}

/** Bytes that are no request. They are answered, once, and the connection ends. */
export function onMalformedRequest(fault: NodeJS.ErrnoException, socket: Socket): void {
  if (fault.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const status =
    fault.code === 'HPE_HEADER_OVERFLOW' ? 431 : fault.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
  const body = bodyOf(status);
  const lines = Object.entries({ ...headers, 'content-length': String(body.length), connection: 'close' });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    ...lines.map(([name, value]) => `${name}: ${value}`),
  ];
  // Who does not end the other half either is not waited for.
  const ended = status === 408 ? () => socket.destroy() : undefined;
  socket.end(Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]), ended);
}
