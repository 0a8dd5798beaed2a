import { type AddressInfo, createServer, type Socket } from 'node:net';

/** What a server does with one request, whose number it has. */
export type Respond = (socket: Socket, request: number) => void;

/** A response that is that of its request: its body names the number. */
export const accepted = (request: number): string => {
  const body = JSON.stringify({ id: `theirs-${request}`, sid: `theirs-${request}` });
  return `HTTP/1.1 201 Created\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
};

/** How a connection can end where a response is awaited. */
export const endsInstead: [how: string, end: (socket: Socket) => void][] = [
  ['with an RST instead of an answer', (socket) => socket.resetAndDestroy()],
  ['with a FIN instead of an answer', (socket) => socket.end()],
  ['within the status line', (socket) => socket.end('HTTP/1.1 20')],
  ['within the headers', (socket) => socket.end('HTTP/1.1 201 Created\r\ncontent-len')],
  ['after what is not HTTP', (socket) => socket.end('\0\x01 no protocol\r\n\r\n')],
  ['after a header that is none', (socket) => socket.end('HTTP/1.1 201 Created\r\nno header\r\n\r\n')],
];

/** How a kept connection can end while nothing is asked. */
export const endsIdle: [how: string, end: (socket: Socket) => void][] = [
  ['with a FIN', (socket) => socket.end()],
  ['with an RST', (socket) => socket.resetAndDestroy()],
  [
    'with a 408 that nobody asked for',
    (socket) => socket.end('HTTP/1.1 408 Request Timeout\r\nconnection: close\r\n\r\n'),
  ],
  ['with bytes of no protocol', (socket) => socket.end('\0\x01\r\n\r\n')],
];

/** A server below HTTP: it ends its connections wherever the test says. It reads requests with a `content-length`. */
export async function startRawHttp() {
  const sockets = new Set<Socket>();
  const raw = {
    origin: '',
    /** Requests so far. */
    requests: 0,
    respond: ((socket, request) => void socket.write(accepted(request))) as Respond,
    /** Ends all connections, and waits until they are gone. @returns how many */
    async endIdle(end: (socket: Socket) => void): Promise<number> {
      const kept = [...sockets];
      const gone = kept.map((socket) => new Promise((resolve) => socket.once('close', resolve)));
      for (const socket of kept) end(socket);
      await Promise.all(gone);
      // The client reads the end in a later turn.
      await new Promise((resolve) => setImmediate(resolve));
      return kept.length;
    },
    async close(): Promise<void> {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    socket.on('end', () => socket.end());
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
      for (;;) {
        const [, head = '', length = '0'] = /^(.*?content-length: (\d+).*?\r\n\r\n)/is.exec(text) ?? [];
        if (head === '' || text.length < head.length + Number(length)) return;
        text = text.slice(head.length + Number(length));
        raw.requests += 1;
        raw.respond(socket, raw.requests);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  raw.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return raw;
}
