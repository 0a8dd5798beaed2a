import { Body, Controller, Get, HttpCode, Inject, Module, Param, Post } from '@nestjs/common';
import { refuse } from '@rekey/kernel';
import { openTelemetry, type Telemetry } from '@rekey/telemetry';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { createApp, describeApi, Operation, parse, unwrap } from './index.js';

const greeting = z.strictObject({ name: z.string().max(5) });

@Controller('v1')
class Greetings {
  constructor(@Inject('LIMIT') private readonly limit: number) {}

  @Post('greetings')
  @HttpCode(201)
  @Operation({
    summary: 'Greet',
    body: greeting,
    responses: { 201: { description: 'greeted', schema: greeting } },
    refusals: ['rate_limited', 'resend_too_soon', 'invalid_request'],
  })
  greet(@Body() body: unknown) {
    return parse(greeting, body);
  }

  @Get('limited')
  limited() {
    const limit = { policy: 'source', quota: this.limit, window: 600, remaining: 0, reset: 12.2 };
    return unwrap(refuse('rate_limited', { retry_after: 12.2, limit }));
  }

  @Get('broken')
  broken() {
    throw new Error('password=hunter2');
  }

  @Get('faults/:code')
  fault(@Param('code') code: string) {
    throw Object.assign(new Error('timeout exceeded when trying to connect'), { code });
  }
}

@Module({ controllers: [Greetings], providers: [{ provide: 'LIMIT', useValue: 30 }] })
class GreetingModule {}

describe('serve', () => {
  let fastify: FastifyInstance;
  let app: Awaited<ReturnType<typeof createApp>>['app'];
  let telemetry: Telemetry;
  let ready = true;

  beforeAll(async () => {
    telemetry = await openTelemetry({ app: 'spec' });
    ({ app, fastify } = await createApp({
      name: 'spec',
      module: GreetingModule,
      port: 0,
      settings: { listenHost: 'localhost', trustProxy: [], logLevel: 'silent' },
      telemetry,
      ready: async () => {
        if (!ready) throw new Error('away');
      },
      openApi: { title: 'Spec', description: 'A spec' },
    }));
    await fastify.ready();
  });
  afterAll(() => app.close());

  test('accepts a valid body', async () => {
    const answer = await fastify.inject({ method: 'POST', url: '/v1/greetings', payload: { name: 'Mei' } });
    expect([answer.statusCode, answer.json()]).toEqual([201, { name: 'Mei' }]);
    expect(answer.headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(answer.headers['content-security-policy']).toContain("default-src 'none'");
  });

  test.each<[headers: Record<string, string>, status: number]>([
    [{ 'content-type': 'application/json; charset=utf-8' }, 201],
    [{ 'content-type': 'application/json;charset=UTF8' }, 201],
    [{ 'content-type': 'application/json; charset="Utf-8"' }, 201],
    [{ 'content-type': 'application/json; charset=' }, 201],
    [{ 'content-type': 'application/json; version=1' }, 201],
    [{ 'content-type': 'application/json; charset=iso-8859-1' }, 415],
    [{ 'content-type': 'application/json; charset=utf-16' }, 415],
    [{ 'content-type': 'application/json; charset="windows-1252"' }, 415],
    [{ 'content-type': 'application/json; charset=no-such' }, 415],
    [{ 'content-encoding': 'identity' }, 201],
    [{ 'content-encoding': ' Identity , identity' }, 201],
    [{ 'content-encoding': '' }, 201],
    ...['gzip', 'x-gzip', 'br', 'deflate', 'zstd', 'compress', 'aes128gcm', 'identity, gzip', 'no-such'].map(
      (coding): [Record<string, string>, number] => [{ 'content-encoding': coding }, 415],
    ),
  ])('a body with %j gets %i: it is read as UTF-8, without a coding', async (headers, status) => {
    const payload = Buffer.from('{"name":"Mei"}');
    const sent = { 'content-type': 'application/json', ...headers };
    const answer = await fastify.inject({ method: 'POST', url: '/v1/greetings', payload, headers: sent });
    const read = status === 415 && 'content-encoding' in headers ? 'identity' : undefined;
    expect([answer.statusCode, answer.headers['accept-encoding']]).toEqual([status, read]);
    if (status === 415) expect(answer.json().code).toBe('unsupported_media_type');
  });

  test('a request without a body has no coding', async () => {
    const headers = { 'content-encoding': 'gzip', 'content-type': 'text/plain; charset=utf-16' };
    expect((await fastify.inject({ url: '/v1/limited', headers })).statusCode).toBe(429);
  });

  test('bytes that are not UTF-8 are not JSON', async () => {
    const headers = { 'content-type': 'application/json' };
    const payload = Buffer.from('{"name":"caf\xe9"}', 'latin1');
    const answer = await fastify.inject({ method: 'POST', url: '/v1/greetings', payload, headers });
    expect([answer.statusCode, answer.json().code]).toEqual([400, 'invalid_request']);
  });

  test('names where a body is invalid, and repeats no value', async () => {
    const payload = { name: 'hunter2hunter2', role: 'admin' };
    const answer = await fastify.inject({ method: 'POST', url: '/v1/greetings', payload });
    expect(answer.statusCode).toBe(400);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.json()).toMatchObject({
      code: 'invalid_request',
      errors: [{ pointer: '/name' }, { pointer: '/' }],
    });
    expect(answer.body).not.toContain('hunter2');
  });

  test('a rate limit has its three headers', async () => {
    const answer = await fastify.inject('/v1/limited');
    expect(answer.statusCode).toBe(429);
    expect(answer.headers).toMatchObject({
      'retry-after': '13',
      'ratelimit-policy': '"source";q=30;w=600',
      ratelimit: '"source";r=0;t=13',
    });
    expect(answer.json()).not.toHaveProperty('limit');
  });

  test.each([
    ['GET', '/v1/broken', undefined, 500, 'internal'],
    ['GET', '/v1/faults/ECONNREFUSED', undefined, 503, 'unavailable'],
    ['GET', '/v1/faults/08001', undefined, 503, 'unavailable'],
    ['GET', '/v1/faults/57P01', undefined, 503, 'unavailable'],
    ['GET', '/v1/faults/40P01', undefined, 503, 'unavailable'],
    ['GET', '/v1/faults/25006', undefined, 503, 'unavailable'],
    ['GET', '/v1/faults/23505', undefined, 500, 'internal'],
    ['GET', '/v1/faults/ENOENT', undefined, 500, 'internal'],
    ['GET', '/nowhere', undefined, 404, 'not_found'],
    ['DELETE', '/v1/greetings', undefined, 405, 'method_not_allowed'],
    ['OPTIONS', '/v1/greetings', undefined, 405, 'method_not_allowed'],
    ['POST', '/v1/greetings', '{"name":', 400, 'invalid_request'],
    ['POST', '/v1/greetings', JSON.stringify({ name: 'x'.repeat(70_000) }), 413, 'too_large'],
  ] as const)('%s %s responds with a problem document', async (method, url, payload, status, code) => {
    const answer = await fastify.inject({
      method,
      url,
      ...(payload === undefined ? {} : { payload }),
      headers: { 'content-type': 'application/json' },
    });
    expect([answer.statusCode, answer.json().code]).toEqual([status, code]);
    expect(answer.body).not.toMatch(/hunter2|node_modules|\.ts/);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.headers['retry-after']).toBe(status === 503 ? '5' : undefined);
  });

  test('health checks and metrics report the real state', async () => {
    expect((await fastify.inject('/health/live')).statusCode).toBe(200);
    expect((await fastify.inject('/health/ready')).statusCode).toBe(200);
    ready = false;
    const away = await fastify.inject('/health/ready');
    expect([away.statusCode, away.headers['retry-after']]).toEqual([503, '5']);
    expect(await telemetry.text(true)).toContain('\nrekey_ready{part="process"} 0\n');
    ready = true;
    expect(await telemetry.text(true)).toContain('\nrekey_ready{part="process"} 1\n');
    const metrics = (await fastify.inject('/metrics')).body;
    expect(metrics).toContain(
      'http_request_duration_seconds_count{method="GET",route="/health/ready",status="503"} 1',
    );
  });

  test('a request id of an untrusted caller is replaced; the response to a fault names the id, a refusal does not', async () => {
    const theirs = 'c0ffee00-1111-4222-8333-444455556666';
    const ask = (url: string) => fastify.inject({ url, headers: { 'x-request-id': theirs } });
    const [broken, limited] = [await ask('/v1/broken'), await ask('/v1/limited')];
    expect(broken.json().instance).toBe(`urn:uuid:${broken.headers['x-request-id']}`);
    expect(broken.json().instance).not.toContain(theirs);
    expect(limited.json()).not.toHaveProperty('instance');
  });

  test('describes itself in OpenAPI 3.1', async () => {
    const document = describeApi(app, { title: 'Spec', description: 'A spec' });
    expect(document.openapi).toBe('3.1.0');
    const operation = document.paths['/v1/greetings']?.post;
    expect(operation?.responses['429']).toMatchObject({ description: 'rate_limited, resend_too_soon' });
    expect((await fastify.inject('/openapi.json')).json()).toEqual(JSON.parse(JSON.stringify(document)));
    const docs = await fastify.inject('/docs');
    expect(docs.statusCode).toBe(200);
    expect(docs.headers['content-security-policy']).toContain("script-src 'self'");
  });
});
