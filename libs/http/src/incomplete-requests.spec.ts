import { connect } from 'node:net';
import type { Readable } from 'node:stream';
import { Body, Controller, HttpCode, Module, Post } from '@nestjs/common';
import { openTelemetry, type Telemetry } from '@rekey/telemetry';
import { type RunningServer, Streams, serve, Takes } from './index.js';

@Controller('v1')
class Bodies {
  @Post('bodies')
  @HttpCode(200)
  read(@Body() body: unknown) {
    return { read: body };
  }

  @Post('stream')
  @HttpCode(200)
  @Streams()
  @Takes('text/plain')
  async stream(@Body() body: Readable) {
    let bytes = 0;
    for await (const chunk of body) bytes += chunk.length;
    return { bytes };
  }
}

@Module({ controllers: [Bodies] })
class BodiesModule {}

const host = 'Host: localhost';
const json = 'Content-Type: application/json';
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('incomplete requests (slowloris)', () => {
  let server: RunningServer;
  let telemetry: Telemetry;
  beforeAll(async () => {
    telemetry = await openTelemetry({ app: 'spec' });
    server = await serve({
      name: 'spec',
      module: BodiesModule,
      port: 0,
      settings: { listenHost: '127.0.0.1', trustProxy: [], logLevel: 'silent' },
      telemetry,
      ready: async () => undefined,
      arrival: { headMs: 300, bodyMs: 600, silenceMs: 600 },
      register: async (fastify) => {
        fastify.addContentTypeParser('text/plain', async (_request: unknown, payload: Readable) => payload);
      },
    });
  });
  afterAll(async () => {
    await server.close();
    await telemetry.close();
  });

  /** @returns the response when the server closes the connection; undefined when it does not within that time */
  async function answerTo(first: string, more: string[] = [], everyMs = 50, withinMs = 4_000) {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    let answer = '';
    let closed = false;
    socket.on('data', (data) => {
      answer += data;
    });
    socket.on('error', () => undefined);
    const ended = new Promise<void>((resolve) =>
      socket.on('close', () => {
        closed = true;
        resolve();
      }),
    );
    socket.write(first);
    const drip = (async () => {
      for (const piece of more) {
        await wait(everyMs);
        if (closed) return;
        socket.write(piece);
      }
    })();
    await Promise.race([ended, wait(withinMs)]);
    socket.destroy();
    await drip;
    return closed ? answer : undefined;
  }
  const drops = (count: number) => Array.from({ length: count }, () => ' ');

  test.each([
    ['nothing at all', '', []],
    ['a head without an end', `POST /v1/bodies HTTP/1.1\r\n${host}\r\n`, []],
    ['a head byte by byte', 'POST /v1/bodies HTTP/1.1\r\nX: ', Array(60).fill('x')],
  ])('a connection that sends %s is closed', async (_what, first, more) => {
    expect(await answerTo(first, more)).toMatch(/^(HTTP\/1.1 408 [\s\S]*"code":"invalid_request"|$)/);
  });

  test.each([
    ['never comes', []],
    ['comes byte by byte', drops(60)],
  ])('a request whose body %s is closed', async (_what, more) => {
    const head = ['POST /v1/bodies HTTP/1.1', host, json, 'Content-Length: 1000'].join('\r\n');
    expect(await answerTo(`${head}\r\n\r\n{`, more)).toMatch(
      /^HTTP\/1.1 408 [\s\S]*"code":"invalid_request"/,
    );
    const chunked = ['POST /v1/bodies HTTP/1.1', host, json, 'Transfer-Encoding: chunked'].join('\r\n');
    const chunks = more.map(() => '1\r\n \r\n');
    expect(await answerTo(`${chunked}\r\n\r\n`, chunks)).toMatch(/^HTTP\/1.1 408 /);
  });

  test('a body in time is read, and so is the next one on the same connection', async () => {
    const request = (last: boolean) =>
      [
        'POST /v1/bodies HTTP/1.1',
        host,
        json,
        'Content-Length: 7',
        ...(last ? ['Connection: close'] : []),
        '\r\n',
      ].join('\r\n');
    const pieces = ['{"a"', ':1}', ...Array(13).fill(''), request(true), '{"b":1}'];
    const answer = await answerTo(request(false), pieces);
    expect(answer?.match(/"read":\{"[ab]":1\}/g)).toEqual(['"read":{"a":1}', '"read":{"b":1}']);
  });

  test('a stream may take long, and is closed when no bytes come', async () => {
    const head = ['POST /v1/stream HTTP/1.1', host, 'Content-Type: text/plain', 'Connection: close'];
    const sized = (bytes: number) => `${[...head, `Content-Length: ${bytes}`].join('\r\n')}\r\n\r\n`;
    expect(await answerTo(sized(30), drops(30))).toContain('{"bytes":30}');
    expect(await answerTo(sized(30), drops(2))).toBe('');
  });

  test.each([
    ['two Host headers', ['Host: a', 'Host: b'], 'HTTP/1.1'],
    ['the same Host header twice', [host, host], 'HTTP/1.1'],
    ['no Host header', [], 'HTTP/1.1'],
  ])('a request with %s is refused [RFC9112 3.2]', async (_what, hosts, version) => {
    const lines = [`GET /health/live ${version}`, ...hosts, 'Connection: close', '\r\n'];
    const answer = await answerTo(lines.join('\r\n'));
    expect(answer).toMatch(/^HTTP\/1.1 400 [\s\S]*application\/problem\+json[\s\S]*"code":"invalid_request"/);
    expect(answer).toContain('x-content-type-options: nosniff');
  });

  test('HTTP/1.0 without a Host header is accepted', async () => {
    expect(await answerTo('GET /health/live HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1.1 200 /);
  });
});
