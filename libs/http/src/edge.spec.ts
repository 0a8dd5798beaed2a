import {
  type CanActivate,
  Controller,
  type ExecutionContext,
  Get,
  Injectable,
  Module,
  Post,
  Put,
  UseGuards,
} from '@nestjs/common';
import { openTelemetry } from '@rekey/telemetry';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import {
  CLIENTS,
  ClientForPeopleGuard,
  CONTEXT,
  Context,
  CrossOrigin,
  CurrentClient,
  createApp,
  deny,
  Gives,
  guardResult,
  InQuery,
  Json,
  LedByMessage,
  ManagementScopeGuard,
  PathParam,
  Public,
  Replies,
  Reply,
  RequireScope,
  requestOf,
  SessionGuard,
  Takes,
  TOKENS,
} from './index.js';

const visitor = guardResult<{ name: string }>('NameGuard');

@Injectable()
class NameGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = requestOf(context);
    const { name } = request.headers;
    if (name === undefined) return deny('unauthorized', {}, { 'www-authenticate': 'Name' });
    visitor.set(request, { name: String(name) });
    return true;
  }
}

const letter = z.strictObject({ text: z.string().max(5) });

@CrossOrigin()
@Controller('v1/letters')
@UseGuards(NameGuard)
class Letters {
  @Put(':id')
  @Replies()
  put(
    @Json(letter) body: z.output<typeof letter>,
    @PathParam('id', z.string().max(3)) id: string,
    @visitor.Parameter() from: { name: string },
  ) {
    return new Reply(id === 'new' ? 201 : 200, { ...body, from: from.name }, { 'x-letter': id });
  }

  @Get('place')
  place(@Context() context: { database: { trace: { requestId: string } }; limit: number }) {
    return { limit: context.limit, request: context.database.trace.requestId };
  }
}

@Controller('v1')
class Others {
  @Post('text')
  @CrossOrigin()
  @Takes('text/plain')
  @Gives('text/csv')
  @LedByMessage()
  @Public()
  text() {
    return 'a,b';
  }

  @Get('forgotten')
  @Public()
  forgotten(@visitor.Parameter() from: { name: string }) {
    return from;
  }

  @Get('managed')
  @UseGuards(ManagementScopeGuard)
  @RequireScope('accounts:read')
  managed() {
    return {};
  }

  @Get('listed')
  @Public()
  listed(
    @InQuery(z.object({ limit: z.coerce.number().default(50), of: z.string().optional() })) query: object,
  ) {
    return query;
  }

  @Get('without-scope')
  @UseGuards(ManagementScopeGuard)
  withoutScope() {
    return {};
  }

  @Post('sign-in')
  @UseGuards(ClientForPeopleGuard)
  signIn(@CurrentClient() client: object, @Json(z.looseObject({ client_id: z.string() })) _body: object) {
    return client;
  }

  @Get('mine')
  @UseGuards(SessionGuard)
  mine() {
    return {};
  }
}

const context = { limit: 30, database: { within: (trace: unknown) => ({ trace }) } };

@Module({
  controllers: [Letters, Others],
  providers: [
    { provide: CONTEXT, useValue: context },
    { provide: TOKENS, useValue: context },
    { provide: CLIENTS, useValue: {} },
  ],
})
class LetterModule {}

describe('the edge', () => {
  const origin = 'https://app.example.com';
  let fastify: FastifyInstance;
  let app: Awaited<ReturnType<typeof createApp>>['app'];

  beforeAll(async () => {
    ({ app, fastify } = await createApp({
      name: 'spec',
      module: LetterModule,
      port: 0,
      settings: { listenHost: 'localhost', trustProxy: [], logLevel: 'silent' },
      telemetry: await openTelemetry({ app: 'spec' }),
      ready: async () => undefined,
      isPrivate: true,
      crossOrigin: { origins: [origin] },
    }));
    fastify.addContentTypeParser('text/plain', { parseAs: 'string' }, (_request, body, done) =>
      done(null, body),
    );
    await fastify.ready();
  });
  afterAll(() => app.close());

  const put = (id: string, payload: object, headers = {}) =>
    fastify.inject({ method: 'PUT', url: `/v1/letters/${id}`, payload, headers });

  test('a handler gets the result of its guard, and chooses the status', async () => {
    const [made, replaced] = [
      await put('new', { text: 'hi' }, { name: 'Mei' }),
      await put('old', { text: 'hi' }, { name: 'Mei' }),
    ];
    expect([made.statusCode, made.json()]).toEqual([201, { text: 'hi', from: 'Mei' }]);
    expect([replaced.statusCode, replaced.headers['x-letter']]).toEqual([200, 'old']);
  });

  test('a guard refuses before a pipe does, with the headers of its refusal', async () => {
    const refused = await put('new', { text: 'much too long' });
    expect([refused.statusCode, refused.json().code]).toEqual([401, 'unauthorized']);
    expect(refused.headers['www-authenticate']).toBe('Name');
  });

  test('an invalid body or path is refused, and its value is not repeated', async () => {
    const refused = await put('new', { text: 'hunter2' }, { name: 'Mei' });
    expect([refused.statusCode, refused.json().errors]).toEqual([
      400,
      [{ pointer: '/text', detail: expect.any(String) }],
    ]);
    expect(refused.body).not.toContain('hunter2');
    const both = await put('long', { text: 'hunter2' }, { name: 'Mei' });
    expect([both.statusCode, both.json().errors]).toEqual([
      400,
      [{ pointer: '/id', detail: expect.any(String) }],
    ]);
  });

  test('a client_id that is not a string is refused, and is no fault of the server', async () => {
    const payload = { client_id: 5 };
    const refused = await fastify.inject({ method: 'POST', url: '/v1/sign-in', payload });
    expect([refused.statusCode, refused.json().errors]).toEqual([
      400,
      [{ pointer: '/client_id', detail: expect.any(String) }],
    ]);
  });

  test('the context of a handler is bound to its request', async () => {
    const answer = await fastify.inject({ url: '/v1/letters/place', headers: { name: 'Mei' } });
    expect(answer.json()).toEqual({ limit: 30, request: answer.headers['x-request-id'] });
  });

  test('a handler that needs a result of a missing guard fails closed', async () => {
    expect((await fastify.inject('/v1/forgotten')).statusCode).toBe(500);
    expect((await fastify.inject('/v1/without-scope')).statusCode).toBe(500);
  });

  test.each([
    ['', 200, { limit: 50 }],
    ['?limit=5&of=a', 200, { limit: 5, of: 'a' }],
    ['?limt=5', 400, ['/limt']],
    ['?limit=5&of=a&of=b', 400, ['/of']],
    ['?limit=x', 400, ['/limit']],
    ['?a%2Fb~c=1&x=2', 400, ['/a~1b~0c', '/x']],
    ['?__proto__=1', 400, ['/__proto__']],
  ])('the query %j: %d', async (query, status, said) => {
    const answer = await fastify.inject(`/v1/listed${query}`);
    const { errors } = answer.json();
    expect([
      answer.statusCode,
      errors ? errors.map((error: { pointer: string }) => error.pointer) : answer.json(),
    ]).toEqual([status, said]);
  });

  test.each(['/v1/managed', '/v1/mine'])(
    '%s without a token responds 401 with a bare Bearer challenge',
    async (url) => {
      const refused = await fastify.inject(url);
      expect([refused.statusCode, refused.headers['www-authenticate']]).toEqual([
        401,
        'Bearer realm="rekey"',
      ]);
    },
  );

  test('a route accepts and gives its own media types only', async () => {
    const send = async (headers: Record<string, string>) =>
      (await fastify.inject({ method: 'POST', url: '/v1/text', payload: 'hi', headers })).statusCode;
    expect(await send({ 'content-type': 'text/plain', accept: 'text/csv' })).toBe(201);
    expect(await send({ 'content-type': 'application/json' })).toBe(415);
    expect(await send({ 'content-type': 'text/plain', accept: 'application/json' })).toBe(406);
  });

  test.each([
    ['PUT', '/v1/letters/new', true],
    ['GET', '/v1/letters/new/nothing/here', true],
    ['POST', '/v1/text', true],
    ['POST', '/v1/text/beneath', false],
    ['GET', '/v1/managed', false],
    ['GET', '/v1/lettersx', false],
  ] as const)('%s %s from a named origin: %s', async (method, url, isOpen) => {
    const preflight = await fastify.inject({
      method: 'OPTIONS',
      url,
      headers: { origin, 'access-control-request-method': method },
    });
    const answer = await fastify.inject({ method, url, headers: { origin } });
    for (const { headers } of [preflight, answer])
      expect(headers['access-control-allow-origin']).toBe(isOpen ? origin : undefined);
  });

  test('a route that only a message leads to has metrics of its own', async () => {
    const metrics = (await fastify.inject('/metrics')).body;
    expect(metrics).toMatch(/http_message_request_duration_seconds_count\{[^}]*route="\/v1\/text"/);
    expect(metrics).not.toMatch(/http_request_duration_seconds_count\{[^}]*route="\/v1\/text"/);
  });
});
