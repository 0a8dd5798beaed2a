import { createServer, type Socket } from 'node:net';
import { inspect } from 'node:util';
import { freePort } from '../../../../test/runner/free-port.js';
import { accepted, endsIdle, endsInstead, startRawHttp } from '../../../../test/servers/raw-http.js';
import { boundedFetch } from './bounded-fetch.js';

test('a reply that is not HTTP is a fault whose text repeats none of its bytes', async () => {
  const port = await freePort();
  const token = 'a-token-that-nobody-may-log';
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.write(`HTTP/1.1 200 OK\r\nnot a header {"access_token":"${token}"}\r\n\r\n`);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const http = boundedFetch();
  const url = `http://127.0.0.1:${port}/token`;
  const request = {
    method: 'POST',
    headers: {},
    body: new URLSearchParams(),
    signal: AbortSignal.timeout(5_000),
  };
  try {
    const fault = await http.fetch(url, request).catch((thrown: unknown) => thrown);
    expect(fault).toEqual(expect.objectContaining({ message: expect.stringContaining('HTTPParserError') }));
    expect(inspect(fault, { depth: 5, showHidden: true })).not.toContain(token);
    server.close();
    await expect(http.fetch(url, request)).rejects.toThrow('ECONNREFUSED');
  } finally {
    server.close();
    await http.close();
  }
});

describe('connections to a server that is not ours', () => {
  let server: Awaited<ReturnType<typeof startRawHttp>>;
  let http: ReturnType<typeof boundedFetch>;
  beforeEach(async () => {
    server = await startRawHttp();
    http = boundedFetch();
  });
  afterEach(async () => {
    await http.close();
    await server.close();
  });
  /** @returns the id in the response, or `failed` */
  const ask = async (): Promise<string> => {
    const request = { method: 'POST', headers: {}, body: new URLSearchParams({ a: 'b' }) };
    return http
      .fetch(`${server.origin}/token`, { ...request, signal: AbortSignal.timeout(60_000) })
      .then(async (response) => ((await response.json()) as { id: string }).id)
      .catch(() => 'failed');
  };

  test.each([
    ...endsInstead,
    [
      'within the body',
      (socket: Socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{"id":"cut"'),
    ] as const,
  ])('one that ends %s fails, is asked once, and the next one works', async (_how, end) => {
    const { respond } = server;
    for (let round = 0; round < 2; round++) {
      const before = server.requests;
      server.respond = end;
      expect([await ask(), server.requests]).toEqual(['failed', before + 1]);
      server.respond = respond;
      expect(await ask()).toBe(`theirs-${server.requests}`);
    }
  });

  test.each(endsIdle)('one that ends while it is idle, %s, fails no request', async (_how, end) => {
    for (let round = 0; round < 5; round++) {
      expect(await ask()).toBe(`theirs-${server.requests}`);
      expect(await server.endIdle(end)).toBeGreaterThan(0);
    }
  });

  test('an answer that nobody asked for is not that of the next request', async () => {
    server.respond = (socket, request) => socket.write(`${accepted(request)}${accepted(9_999)}`);
    for (let round = 0; round < 5; round++) {
      const before = server.requests;
      expect([`theirs-${before + 1}`, 'failed']).toContain(await ask());
      await new Promise((resolve) => setImmediate(resolve));
    }
  });
});
