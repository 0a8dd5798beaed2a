import { createServer } from 'node:net';
import { inspect } from 'node:util';
import { freePort } from '../../../../test/runner/free-port.js';
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
