import { createServer } from 'node:net';

/** `first:count` of the ports that one worker of this run may use; the workers' shares follow one another. */
export const portsVariable = 'REKEY_TEST_PORTS';

/** Below the ports that Linux uses for outgoing connections: 32768 and up. */
export const firstPort = 12_000;
export const lastPort = 32_000;

let taken = 0;

/**
 * A free port of this machine, for a server that needs a number. No two workers of a run and no two concurrent runs share a
 * port: the global setup gives each run its own range. Outside of Jest the whole range is one.
 */
export async function freePort(): Promise<number> {
  const [first = firstPort, count = lastPort - firstPort] = (process.env[portsVariable] ?? '')
    .split(':')
    .filter(Boolean)
    .map(Number);
  const worker = Number(process.env.JEST_WORKER_ID ?? 1) - 1;
  for (;;) {
    const port = first + worker * count + (taken++ % count);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
