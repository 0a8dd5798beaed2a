import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/**
 * How a connection through the proxy ends. `reset`: with an RST; `end`: as the server closes it; `silence`: no packet gets through any more,
 * in either direction, and nobody says so; `garbage`: the client reads bytes of no protocol, and then the end.
 */
export type Cut = 'reset' | 'end' | 'silence' | 'garbage';

/** A TCP proxy in front of a real server. */
export interface CuttingProxy {
  port: number;
  /** Connections that are open and not silent. */
  count(): number;
  /** @returns how many it cut: all that were open */
  cut(how: Cut): number;
  close(): Promise<void>;
}

interface Pair {
  client: Socket;
  server: Socket;
  isSilent: boolean;
}

/** @param fromServer passes on what the server sends; by default as it is */
export async function startCuttingProxy(
  to: { host: string; port: number },
  fromServer: (chunk: Buffer, client: Socket) => void = (chunk, client) => void client.write(chunk),
): Promise<CuttingProxy> {
  const pairs = new Set<Pair>();
  const proxy = createServer({ allowHalfOpen: true }, (client) => {
    const server = connect({ ...to, allowHalfOpen: true });
    const pair = { client, server, isSilent: false };
    pairs.add(pair);
    const unlessSilent = (pass: () => void) => () => void (pair.isSilent || pass());
    client.on('data', (chunk) => void (pair.isSilent || server.write(chunk)));
    server.on('data', (chunk) => void (pair.isSilent || fromServer(chunk, client)));
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      one.on('error', () => undefined);
      one.on(
        'end',
        unlessSilent(() => other.end()),
      );
      one.on('close', () => {
        // A client that gave up has left; its server does not hear of it, as behind a network that loses every packet.
        if (!pair.isSilent) other.destroy();
        if (client.destroyed && server.destroyed) pairs.delete(pair);
      });
    }
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const ends: Record<Cut, (pair: Pair) => void> = {
    reset: ({ client, server }) => {
      client.resetAndDestroy();
      server.destroy();
    },
    end: ({ client, server }) => {
      client.end();
      server.destroy();
    },
    silence: (pair) => {
      pair.isSilent = true;
      pair.server.pause();
    },
    garbage: ({ client, server }) => {
      client.end('\0\x01\x02 no protocol\r\n\r\n');
      server.destroy();
    },
  };
  return {
    port: (proxy.address() as AddressInfo).port,
    count: () => [...pairs].filter(({ client, isSilent }) => !client.destroyed && !isSilent).length,
    cut(how) {
      const open = [...pairs].filter(({ client, isSilent }) => !client.destroyed && !isSilent);
      for (const pair of open) ends[how](pair);
      return open.length;
    },
    async close() {
      for (const { client, server } of pairs) for (const socket of [client, server]) socket.destroy();
      await new Promise((resolve) => proxy.close(resolve));
    },
  };
}
