import { connect } from 'node:net';
import { compile } from '@fastify/proxy-addr';
import { Controller, Get, Ip, Module, Req } from '@nestjs/common';
import { openTelemetry } from '@rekey/telemetry';
import type { FastifyRequest } from 'fastify';
import { clientOf } from './forwarded.js';
import { createApp } from './index.js';

const proxies = ['127.0.0.1', '::1', '10.1.0.0/16', 'fd00::/8'];
const trusts = compile(proxies);
const isTrusted = (ip: string) => trusts(ip, 0);
const client = (headers: { xForwardedFor?: string[]; forwarded?: string[] }, peer = '127.0.0.1') =>
  clientOf(peer, isTrusted, { xForwardedFor: [], forwarded: [], ...headers });

/** 203.0.113.9 in the spellings of proxies. */
const ipv4 = [
  '203.0.113.9',
  '203.0.113.9:4711',
  '203.0.113.9:_port',
  '"203.0.113.9:4711"',
  '::ffff:203.0.113.9',
  '::FFFF:CB00:7109',
  '0:0:0:0:0:ffff:cb00:7109',
  '0000:0000:0000:0000:0000:FFFF:203.0.113.9',
  '[::ffff:cb00:7109]',
  '[::ffff:203.0.113.9]:443',
  '"[::ffff:203.0.113.9]:443"',
  '64:ff9b::cb00:7109',
  '2002:cb00:7109::1',
  '[2002:CB00:7109:ffff::2]:80',
];
const ipv6 = [
  '2001:db8::1',
  '2001:DB8::1',
  '2001:0db8:0:0:0:0:0:0001',
  '2001:db8::0.0.0.1',
  '[2001:db8::1]',
  '[2001:db8::1]:4711',
  '"[2001:db8::1]:4711"',
  '2001:db8::1%eth0',
  '[2001:db8::1%25eth0]:443',
];
const unreadable = [
  'unknown',
  'Unknown',
  '"unknown:4711"',
  '_hidden',
  '_SEVKISEK',
  'client.example.com',
  '203.0.113.009',
  '0xcb.0.0x71.9',
  '3405803785',
  '203.0.113',
  '203.0.113.9:port',
  '203.0.113.9 203.0.113.10',
  '[2001:db8::1',
  '2001:db8::1]',
  '[203.0.113.9]',
  '[203.0.113.9]:80',
  '2001:db8:::1',
  'for=203.0.113.9',
  '"203.0.113.9',
  "' or 1=1",
];

describe('the client behind trusted proxies', () => {
  test.each([
    ...ipv4.map((text) => [text, '203.0.113.9']),
    ...ipv6.map((text) => [text, '2001:db8::1']),
    ...unreadable.map((text) => [text, '10.1.2.3']),
  ])('%s in X-Forwarded-For and in Forwarded is %s', (text, ip) => {
    expect(client({ xForwardedFor: [`${text}, 10.1.2.3`] })).toBe(ip);
    for (const inForwarded of [
      `for=${text};proto=https, for=10.1.2.3`,
      `Proto=https;FOR=${text}, for="10.1.2.3"`,
    ])
      if (!/[ =']/.test(text) && !/^"[^"]*$/.test(text))
        expect(client({ forwarded: [inForwarded] })).toBe(ip);
  });

  test.each<[title: string, headers: Parameters<typeof client>[0], ip: string, peer?: string]>([
    ['no header', {}, '127.0.0.1'],
    ['no header, from a mapped peer', {}, '192.0.2.1', '::ffff:192.0.2.1'],
    ['no header, from a peer with a zone', {}, 'fe80::1', 'fe80::1%eth0'],
    ['a mapped peer that is trusted', { xForwardedFor: ['192.0.2.1'] }, '192.0.2.1', '::ffff:127.0.0.1'],
    [
      'a chain that is forged on the left',
      { xForwardedFor: ['198.51.100.1, 192.0.2.1, 10.1.2.3'] },
      '192.0.2.1',
    ],
    ['a proxy forged on the left', { xForwardedFor: ['10.1.9.9, 192.0.2.1'] }, '192.0.2.1'],
    ['a trusted proxy in hexadecimal', { xForwardedFor: ['192.0.2.1, ::ffff:a01:203'] }, '192.0.2.1'],
    [
      'a trusted proxy with a port',
      { xForwardedFor: ['192.0.2.1, [fd00::7]:443, 10.1.2.3:80'] },
      '192.0.2.1',
    ],
    ['only proxies', { xForwardedFor: ['10.1.0.1, 10.1.0.2'] }, '10.1.0.1'],
    [
      '6to4 of a trusted proxy is not the proxy',
      { xForwardedFor: ['192.0.2.1, 2002:a01:203::1'] },
      '10.1.2.3',
    ],
    [
      'NAT64 of a trusted proxy is not the proxy',
      { xForwardedFor: ['192.0.2.1, 64:ff9b::a01:203'] },
      '10.1.2.3',
    ],
    ['empty members', { xForwardedFor: [' , 192.0.2.1,, 10.1.2.3 ,'] }, '192.0.2.1'],
    ['nothing but empty members', { xForwardedFor: [', ,', ''], forwarded: ['', ',;,'] }, '127.0.0.1'],
    ['several lines', { xForwardedFor: ['198.51.100.1', '192.0.2.1', '10.1.2.3'] }, '192.0.2.1'],
    [
      'several lines of Forwarded',
      { forwarded: ['for=198.51.100.1', 'for=192.0.2.1, for=10.1.2.3'] },
      '192.0.2.1',
    ],
    ['an element without for', { forwarded: ['for=192.0.2.1, by=10.1.2.3;proto=https'] }, '127.0.0.1'],
    ['an element with two for', { forwarded: ['for=192.0.2.1;for=192.0.2.2'] }, '127.0.0.1'],
    [
      'parameters that nobody knows',
      { forwarded: ['secret="a,b;c\\"d" ; for=192.0.2.1;host=x'] },
      '192.0.2.1',
    ],
    ['a quoted pair', { forwarded: ['for="192\\.0.2.1"'] }, '192.0.2.1'],
    ['an open quote before the element of the proxy', { forwarded: ['for=", for=192.0.2.1'] }, '127.0.0.1'],
    ['an open quote in another line', { forwarded: ['for="', 'for=192.0.2.1'] }, '192.0.2.1'],
    ['a quote that swallows', { forwarded: ['for=8.8.8.8;x=", for="[2001:db8::1]"'] }, '127.0.0.1'],
    [
      'both headers that agree',
      { xForwardedFor: ['::ffff:c000:201'], forwarded: ['for="192.0.2.1:1"'] },
      '192.0.2.1',
    ],
    [
      'both headers that disagree',
      { xForwardedFor: ['192.0.2.1'], forwarded: ['for=192.0.2.2'] },
      '127.0.0.1',
    ],
    ['both, one of them empty', { xForwardedFor: ['192.0.2.1'], forwarded: [''] }, '192.0.2.1'],
  ])('%s', (...[, headers, ip, peer]) => {
    expect(client(headers, peer)).toBe(ip);
  });

  test('a long header is read in linear time', () => {
    for (const filler of [',', '"', '\\', ';', 'for=', '"\\', ' ', 'for="'])
      expect(client({ forwarded: [filler.repeat(100_000)], xForwardedFor: [filler.repeat(100_000)] })).toBe(
        '127.0.0.1',
      );
  });
});

@Controller('v1')
class Whoami {
  @Get('me')
  me(@Ip() ip: string, @Req() request: FastifyRequest) {
    return { ip, same: request.ip };
  }
}

@Module({ controllers: [Whoami] })
class WhoamiModule {}

test.each([
  [['127.0.0.1'], ['X-Forwarded-For: 198.51.100.1', 'x-forwarded-for: 192.0.2.1:4711'], '192.0.2.1'],
  [['127.0.0.1'], ['Forwarded: for=198.51.100.1', 'forwarded: For="[2001:DB8::1]:4711"'], '2001:db8::1'],
  [['loopback'], ['X-Forwarded-For: 192.0.2.1'], '192.0.2.1'],
  [['10.0.0.0/8'], ['X-Forwarded-For: 192.0.2.1', 'Forwarded: for=192.0.2.1'], '127.0.0.1'],
  [[], ['X-Forwarded-For: 192.0.2.1', 'Forwarded: for=192.0.2.1'], '127.0.0.1'],
])('with the proxies %j and %j, handlers see the client %s', async (trustProxy, lines, ip) => {
  const { app, fastify } = await createApp({
    name: 'spec',
    module: WhoamiModule,
    port: 0,
    settings: { listenHost: '127.0.0.1', trustProxy, logLevel: 'silent' },
    telemetry: await openTelemetry({ app: 'spec' }),
  });
  const url = new URL(await fastify.listen({ port: 0, host: '::' }));
  try {
    // Dual-stack: the peer is `::ffff:127.0.0.1`.
    const socket = connect(Number(url.port), '127.0.0.1');
    socket.write(['GET /v1/me HTTP/1.1', 'host: x', 'connection: close', ...lines, '', ''].join('\r\n'));
    const answer = Buffer.concat(await socket.toArray()).toString();
    expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).toEqual({ ip, same: ip });
  } finally {
    await app.close();
  }
});
