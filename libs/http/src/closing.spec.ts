import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { Controller, Get, Module } from '@nestjs/common';
import { openTelemetry } from '@rekey/telemetry';
import { createApp } from './index.js';

const gate = { open: () => {}, entered: () => {} };
const opened = new Promise<void>((resolve) => {
  gate.open = resolve;
});

@Controller('v1')
class Waiting {
  @Get('slow')
  async slow() {
    gate.entered();
    await opened;
    return { answered: 'slow' };
  }

  @Get('quick')
  quick() {
    return { answered: 'quick' };
  }
}

@Module({ controllers: [Waiting] })
class WaitingModule {}

const waiting = async () =>
  createApp({
    name: 'spec',
    module: WaitingModule,
    port: 0,
    settings: { listenHost: 'localhost', trustProxy: [], logLevel: 'silent' },
    telemetry: await openTelemetry({ app: 'spec' }),
    ready: async () => undefined,
  });

/** All but the last line of a request. */
const begin = (socket: Socket, path: string) => socket.write(`GET ${path} HTTP/1.1\r\nhost: localhost\r\n`);
/** Sends the rest, and reads until the server closes the connection. */
async function finish(socket: Socket): Promise<string> {
  socket.write('\r\n');
  return Buffer.concat(await socket.toArray()).toString();
}

test('a process that shuts down still responds on open connections, and says that they close', async () => {
  const { app, fastify } = await waiting();
  // No idle connection ends by itself: closing would wait for it forever.
  fastify.server.keepAliveTimeout = 0;
  const accepted: Socket[] = [];
  fastify.server.on('connection', (socket: Socket) => accepted.push(socket));
  await fastify.listen({ port: 0, host: '127.0.0.1' });
  const { port } = fastify.server.address() as AddressInfo;
  const [one, other] = [connect(port, '127.0.0.1'), connect(port, '127.0.0.1')];
  await Promise.all([once(one, 'connect'), once(other, 'connect')]);
  const entered = new Promise<void>((resolve) => {
    gate.entered = resolve;
  });
  // This connection has started a request: Node.js closes an idle connection at once.
  begin(other, '/v1/quick');
  begin(one, '/v1/slow');
  const slow = finish(one);
  await entered;
  while (!accepted.every(({ bytesRead }) => bytesRead > 0))
    await new Promise((resolve) => setImmediate(resolve));
  const closed = app.close();
  while (fastify.server.listening) await new Promise((resolve) => setImmediate(resolve));
  const quick = await finish(other);
  gate.open();
  for (const [said, what] of [
    [await slow, 'slow'],
    [quick, 'quick'],
  ]) {
    expect(said).toMatch(/^HTTP\/1\.1 200 /);
    expect(said).toMatch(/^connection: close\r$/im);
    expect(said).toContain(`{"answered":"${what}"}`);
  }
  await closed;
});

test('a request that has arrived on a kept connection, and was not read yet, is answered', async () => {
  const { app, fastify } = await waiting();
  await fastify.listen({ port: 0, host: '127.0.0.1' });
  const { port } = fastify.server.address() as AddressInfo;
  const kept = connect(port, '127.0.0.1');
  begin(kept, '/v1/quick');
  kept.write('\r\n');
  await once(kept, 'data');
  // The process is busy, so both wait for it.
  begin(kept, '/v1/quick');
  const [said] = await Promise.all([finish(kept), fastify.close()]);
  expect(said).toMatch(/^HTTP\/1\.1 200 /);
  expect(said).toMatch(/^connection: close\r$/im);
  await app.close();
});
