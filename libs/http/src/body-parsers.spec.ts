import { Body, Controller, HttpCode, Module, Post } from '@nestjs/common';
import { openTelemetry } from '@rekey/telemetry';
import type { FastifyInstance } from 'fastify';
import { createApp, Takes } from './index.js';

const json = 'application/json';
const form = 'application/x-www-form-urlencoded';

@Controller('v1')
class Echo {
  @Post('echo')
  @HttpCode(200)
  @Takes(json, form)
  echo(@Body() body: object | undefined) {
    return { read: body === undefined ? 'none' : { ...body } };
  }
}

@Module({ controllers: [Echo] })
class EchoModule {}

describe('what is read of a body', () => {
  let fastify: FastifyInstance;
  let app: Awaited<ReturnType<typeof createApp>>['app'];
  beforeAll(async () => {
    ({ app, fastify } = await createApp({
      name: 'spec',
      module: EchoModule,
      port: 0,
      settings: { listenHost: 'localhost', trustProxy: [], logLevel: 'silent' },
      telemetry: await openTelemetry({ app: 'spec' }),
    }));
    await fastify.ready();
  });
  afterAll(() => app.close());

  const bytes = (...parts: (string | number[])[]) =>
    Buffer.concat(parts.map((part) => Buffer.from(part as string)));
  const latin = Buffer.from('name=caf\xe9', 'latin1');

  test.each<[type: string, payload: Buffer | string, expected: unknown]>([
    [form, 'name=Zo%C3%AB+B.&b=%26%3D&b=2&b=3&c', { name: 'Zoë B.', b: ['&=', '2', '3'], c: '' }],
    [form, 'name=café 🐙', { name: 'café 🐙' }],
    [form, '', {}],
    [form, 'constructor=1&toString=2', { constructor: '1', toString: '2' }],
    [form, '__proto__=1', 400],
    [form, latin, 400],
    [form, 'name=caf%E9', 400],
    [form, 'caf%E9=name', 400],
    [form, 'name=%FF%FE', 400],
    // Overlong, a surrogate, a character that is cut off or has a `&` inside, no percent-encoding.
    [form, 'name=%C0%AF', 400],
    [form, 'name=%ED%A0%80', 400],
    [form, 'name=%F0%9F%90', 400],
    [form, 'name=%C3&%A9=1', 400],
    [form, 'name=100%', 400],
    [form, 'name=%zz', 400],
    [form, bytes('name=', [0xc0, 0xaf]), 400],
    [form, bytes('name=', [0xed, 0xa0, 0x80]), 400],
    [`${form}; charset=iso-8859-1`, latin, 415],
    [`${form}; charset=utf-16`, 'name=a', 415],
    [`${form}; charset=UTF-8`, 'name=a', { name: 'a' }],
    [json, '{"name":"caf\\u00e9 \\ud83d\\udc19 🐙"}', { name: 'café 🐙 🐙' }],
    [json, '{"name":"a \\\\ud83d b"}', { name: 'a \\ud83d b' }],
    [json, bytes('{"name":"', [0xe9], '"}'), 400],
    [json, bytes('{"name":"', [0xc0, 0xaf], '"}'), 400],
    [json, bytes('{"name":"', [0xed, 0xa0, 0x80], '"}'), 400],
    [json, '{"name":"\\ud83d"}', 400],
    [json, '{"name":"\\uDC19\\uD83D"}', 400],
    [json, '{"\\ud83d":"name"}', 400],
    [json, '{"name":["\\\\\\ud83d "]}', 400],
    [json, '{"name":"\\ud83d\\ud83d\\udc19"}', 400],
    [`${json}; charset=iso-8859-1`, '{"name":"a"}', 415],
  ])('%s %j: %j', async (type, payload, expected) => {
    const headers = { 'content-type': type };
    const answer = await fastify.inject({ method: 'POST', url: '/v1/echo', payload, headers });
    const { read, code } = answer.json();
    if (typeof expected === 'object') expect([answer.statusCode, read]).toEqual([200, expected]);
    else
      expect([answer.statusCode, code]).toEqual([
        expected,
        expected === 415 ? 'unsupported_media_type' : 'invalid_request',
      ]);
  });
});
