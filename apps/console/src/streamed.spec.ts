import { once } from 'node:events';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import Fastify from 'fastify';
import { sendStreamed } from './streamed.js';

const line = `${'x'.repeat(1_023)}\n`;

describe('a streamed response', () => {
  let made = 0;
  let ended: Promise<void>;
  const fastify = Fastify();
  beforeAll(async () => {
    ended = new Promise((resolve) => {
      fastify.get('/endless', (_request, reply) => sendStreamed(reply, 'text/plain', endless(resolve)));
    });
    fastify.get('/faulty', (_request, reply) => sendStreamed(reply, 'text/plain', faulty()));
    await fastify.listen();
  });
  afterAll(() => fastify.close());

  async function* endless(end: () => void): AsyncGenerator<string> {
    try {
      for (;;) {
        made++;
        yield line;
      }
    } finally {
      end();
    }
  }

  async function* faulty(): AsyncGenerator<string> {
    yield line;
    await new Promise(setImmediate);
    throw new Error('the database is gone');
  }

  const url = (path: string) => `http://127.0.0.1:${(fastify.server.address() as AddressInfo).port}${path}`;

  test('is made as it is read, and ends when its reader leaves', async () => {
    const sent = request(url('/endless')).end();
    const [response] = await once(sent, 'response');
    let read = 0;
    for await (const chunk of response) {
      read += chunk.length;
      if (read > 1_000_000) break;
    }
    sent.destroy();
    await ended;
    // What the sockets and their buffers hold.
    expect(made * line.length - read).toBeLessThan(64_000_000);
  });

  test('has no end when its source has failed', async () => {
    const response = await fetch(url('/faulty'));
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow();
  });
});
