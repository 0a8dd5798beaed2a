import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  method: string | undefined;
  path: string | undefined;
  headers: IncomingHttpHeaders;
  body: string;
}

/** An API that we call, with responses of the test's choice. */
export interface HttpApi {
  origin: string;
  /** The requests so far, the oldest first; a test may empty it. */
  received: Received[];
  /** Connections so far. */
  connections(): number;
  /** Called when a request has arrived as a whole. */
  respond(response: ServerResponse): void;
  close(): Promise<void>;
}

/** Starts one on a free port; it responds 204 until `respond` is set. */
export async function startHttpApi(): Promise<HttpApi> {
  let connections = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method, url: path, headers } = request;
      api.received.push({ method, path, headers, body: Buffer.concat(chunks).toString() });
      api.respond(response);
    });
  }).on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const api: HttpApi = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received: [],
    connections: () => connections,
    respond: (response) => response.writeHead(204).end(),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return api;
}
