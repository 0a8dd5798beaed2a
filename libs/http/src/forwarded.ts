import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { compile } from '@fastify/proxy-addr';
import { plainIp, readIp } from '@rekey/limits';
import type { FastifyInstance } from 'fastify';

/** Whether an IP address is a proxy of the settings. */
type IsTrusted = (ip: string) => boolean;

/** The proxies of the settings: what they say of a request counts, and what anybody else says does not. */
export class TrustedProxies {
  private readonly isTrusted: IsTrusted;
  private readonly known = new WeakMap<Socket, boolean>();

  constructor(addresses: string[]) {
    const isTrusted = compile(addresses);
    this.isTrusted = (ip) => isTrusted(ip, 0);
  }

  /** Whether the peer of the connection is one. Asked several times a request, and fixed for a connection. */
  isOne({ socket }: IncomingMessage): boolean {
    const known = this.known.get(socket);
    if (known !== undefined) return known;
    const isOne = this.isTrusted(socket.remoteAddress ?? '');
    this.known.set(socket, isOne);
    return isOne;
  }

  /** The IP address of the client, as {@link clientOf} finds it. */
  clientOf(request: IncomingMessage): string {
    const peer = request.socket.remoteAddress ?? '';
    if (!this.isOne(request)) return plainIp(peer);
    const { headers, rawHeaders } = request;
    const has = (name: string) => headers[name] !== undefined;
    return clientOf(peer, this.isTrusted, {
      xForwardedFor: has('x-forwarded-for') ? linesOf(rawHeaders, 'x-forwarded-for') : [],
      forwarded: has('forwarded') ? linesOf(rawHeaders, 'forwarded') : [],
    });
  }
}

/** `request.ip`, and Nest's `@Ip()`, are the client for limits, logs and audit alike. Fastify's own knows `X-Forwarded-For` only. */
export function registerClientIp(fastify: FastifyInstance, proxies: TrustedProxies): void {
  fastify.decorateRequest('ip', {
    getter() {
      return proxies.clientOf(this.raw);
    },
  });
}

/** The lines of the headers that proxies write, in the order in which they came. */
export interface ForwardingHeaders {
  xForwardedFor: string[];
  /** RFC 7239. */
  forwarded: string[];
}

/**
 * Finds the client behind a trusted peer: the last address that a trusted proxy reported. What is left of it is the client's own claim.
 *
 * A proxy may report what is no address: `unknown`, `_hidden` (RFC 7239 §6), or something malformed. Then the client is the proxy nearest to
 * it. The text would otherwise be a source that the client can choose. The same holds if both headers come and disagree: one of them is
 * then not from the proxy, and nobody can say which.
 *
 * @returns an IP address as {@link plainIp} spells it
 */
export function clientOf(peer: string, isTrusted: IsTrusted, headers: ForwardingHeaders): string {
  const chains = [headers.xForwardedFor.flatMap(membersOf), headers.forwarded.flatMap(forMembersOf)];
  const clients = chains
    .filter((chain) => chain.length > 0)
    .map((chain) => lastReported(chain, peer, isTrusted));
  const [first, ...others] = clients.map(plainIp);
  return first === undefined || others.some((other) => other !== first) ? plainIp(peer) : first;
}

function lastReported(chain: (string | undefined)[], peer: string, isTrusted: IsTrusted): string {
  let nearest = peer;
  for (const member of chain.reverse()) {
    const ip = member === undefined ? undefined : readIp(member);
    if (ip === undefined) return nearest;
    if (!isTrusted(ip)) return ip;
    nearest = ip;
  }
  return nearest;
}

/** Empty members of a list do not count (RFC 9110 §5.6.1). Some proxies quote, as in `Forwarded`. */
const membersOf = (line: string): string[] =>
  line
    .split(',')
    .map((member) => unquoted(member.trim()))
    .filter(Boolean);

/** One pair of an element and what ends it; an element may be empty. Not only tokens: some proxies leave the quotes of `[…]:port` out. */
const forwardedPair = /[ \t]*(?:([!#$%&'*+.^_`|~\w-]+)=("(?:[^"\\]|\\.)*"|[^\s",;]*))?[ \t]*([,;]|$)/y;

/**
 * The `for` of each element (RFC 7239 §4). Undefined where it is left out or repeated, and once for a line that is malformed: an open
 * quote of the client would swallow what a proxy has added.
 */
function forMembersOf(line: string): (string | undefined)[] {
  const members: (string | undefined)[] = [];
  let pairs: [name: string, value: string][] = [];
  forwardedPair.lastIndex = 0;
  for (;;) {
    const found = forwardedPair.exec(line);
    if (!found) return [undefined];
    const [, name, value = '', end] = found;
    if (name !== undefined) pairs.push([name.toLowerCase(), unquoted(value)]);
    if (end === ';') continue;
    const clients = pairs.filter(([each]) => each === 'for');
    if (pairs.length > 0) members.push(clients.length === 1 ? clients[0]?.[1] : undefined);
    if (end === '') return members;
    pairs = [];
  }
}

const unquoted = (text: string): string =>
  /^".*"$/.test(text) ? text.slice(1, -1).replace(/\\(.)/g, '$1') : text;

const linesOf = (rawHeaders: string[], name: string): string[] =>
  rawHeaders.filter((_value, at) => at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === name);
