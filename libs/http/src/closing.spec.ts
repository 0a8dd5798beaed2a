import { type AddressInfo, connect } from 'node:net';
import { Controller, Get, Module } from '@nestjs/common';
import { openWatch } from '@rekey/watch';
import { createApp } from './index.js';

const gate = { opened: () => {}, entered: () => {} };

const opened = new Promise<void>((resolve) => {
  gate.opened = resolve;
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

test('what arrives on a kept connection while the process leaves is answered, and the connection ends', async () => {
  const { app, fastify } = await createApp({
    name: 'spec',
    module: WaitingModule,
    port: 0,
    settings: { listenHost: 'localhost', trustProxy: [], logLevel: 'silent' },
    watch: await openWatch({ app: 'spec' }),
    ready: async () => undefined,
  });
  await fastify.listen({ port: 0, host: '127.0.0.1' });
  const socket = connect((fastify.server.address() as AddressInfo).port, '127.0.0.1');
  const ask = (path: string) => socket.write(`GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`);
  let said = '';
  socket.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const ended = new Promise((resolve) => socket.once('end', resolve));
  const entered = new Promise<void>((resolve) => {
    gate.entered = resolve;
  });
  ask('/v1/slow');
  await entered;
  const closed = app.close();
  while (fastify.server.listening) await new Promise((resolve) => setImmediate(resolve));
  const arrived = new Promise((resolve) => fastify.server.once('request', resolve));
  ask('/v1/quick');
  await arrived;
  gate.opened();
  await ended;
  await closed;
  expect(said.match(/HTTP\/1\.1 \d+|"answered":"\w+"/g)).toEqual([
    'HTTP/1.1 200',
    '"answered":"slow"',
    'HTTP/1.1 200',
    '"answered":"quick"',
  ]);
  expect(said).toMatch(/^connection: close/im);
});
