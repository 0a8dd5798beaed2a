import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { earlyProblem } from './problem.js';
import { longestTarget } from './request-target.js';
import { securityHeaders } from './security-headers.js';

/** What every answer bears, also one that no hook has seen. */
const headers: Record<string, string> = {
  'content-type': 'application/problem+json',
  'cache-control': 'no-store',
  ...securityHeaders,
};

const bodyOf = (status: number): Buffer => Buffer.from(JSON.stringify(earlyProblem(status)));

/** A target that no router can read; no hook sees it, so it is logged here. */
export function onMalformedUrl(
  fault: { statusCode?: number },
  { id, method, log }: FastifyRequest,
  reply: FastifyReply,
): void {
  const status = fault.statusCode === 414 ? 414 : 400;
  log.info({ method, route: 'none', status }, 'answered');
  void reply
    .status(status)
    .headers({ ...headers, 'x-request-id': id })
    .send(bodyOf(status));
}

/** Bytes that are no request. They are answered, once, and the connection ends. */
export function onMalformedRequest(fault: NodeJS.ErrnoException, socket: Socket): void {
  if (fault.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const status = statusOf(fault);
  // Who does not end the other half either is not waited for.
  endWith(status, socket, status === 408 ? () => socket.destroy() : undefined);
}

/** A tunnel to somewhere else (RFC 9110 §9.3.6): this is no proxy. Node.js would close the connection without a word. */
export const onConnect = (_request: unknown, socket: Duplex): void => endWith(501, socket);

function statusOf(fault: NodeJS.ErrnoException): number {
  const { code, rawPacket } = fault as { code?: string | undefined; rawPacket?: Buffer };
  const line = rawPacket?.toString('latin1').split('\r\n')[0] ?? '';
  const isRequestLine = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+ [!-\xff]/.test(line);
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return isRequestLine && line.length > longestTarget ? 414 : 431;
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return 408;
    // A method that nobody knows (RFC 9110 §9.1), if it is one and not other bytes, such as TLS.
    case 'HPE_INVALID_METHOD':
      return isRequestLine ? 501 : 400;
    case 'HPE_INVALID_VERSION':
      return /^\S+ \S+ HTTP\/\d\.\d$/.test(line) ? 505 : 400;
    default:
      return 400;
  }
}

function endWith(status: number, socket: Duplex, ended?: () => void): void {
  const body = bodyOf(status);
  const lines = Object.entries({ ...headers, 'content-length': String(body.length), connection: 'close' });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    ...lines.map(([name, value]) => `${name}: ${value}`),
  ];
  socket.end(Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]), ended);
}
