import { Controller, Get, HttpCode, Module, Post, UseGuards } from '@nestjs/common';
import { openTelemetry } from '@rekey/telemetry';
import type { Client } from '@rekey/tokens';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import {
  CLIENTS,
  ClientForPeopleGuard,
  CurrentClient,
  clientMembers,
  createApp,
  currentClient,
  Json,
  Public,
  RouteFact,
  requestOf,
} from './index.js';

const body = z.strictObject({ name: z.string().optional(), ...clientMembers });

@RouteFact({ colour: 'blue' } as object)
@Controller('v1')
class People {
  @Post('people')
  @HttpCode(200)
  @UseGuards(ClientForPeopleGuard)
  begin(@CurrentClient() client: Client, @Json(body) _body: unknown) {
    return { client: client.client_id };
  }

  @Get('people')
  @Public()
  list() {
    return {};
  }
}

const client = { client_id: 'default', type: 'public', grants: ['refresh_token'] };
const clients = {
  find: async (id: string) => (id === 'default' ? client : undefined),
  authenticate: async () => client,
};

@Module({ controllers: [People], providers: [{ provide: CLIENTS, useValue: clients }] })
class PeopleModule {}

describe('the guard of clients for people', () => {
  const colours = new Map<string, unknown>();
  let app: Awaited<ReturnType<typeof createApp>>['app'];
  let fastify: FastifyInstance;
  beforeAll(async () => {
    ({ app, fastify } = await createApp({
      name: 'spec',
      module: PeopleModule,
      port: 0,
      settings: { listenHost: 'localhost', trustProxy: [], logLevel: 'silent' },
      telemetry: await openTelemetry({ app: 'spec' }),
      ready: async () => undefined,
      register: async (server) => {
        server.addHook('onRoute', ({ url, method, config }) => {
          colours.set(`${method} ${url}`, Object(config).colour);
        });
      },
    }));
    await fastify.ready();
  });
  afterAll(() => app.close());

  const post = (payload: unknown) =>
    fastify.inject({ method: 'POST', url: '/v1/people', payload: payload as object });

  test('the handler gets the client that the body names, or the default one', async () => {
    for (const payload of [{}, { client_id: 'default' }])
      expect((await post(payload)).json()).toEqual({ client: 'default' });
  });

  test.each([
    [{ client_id: 'other' }, '/client_id'],
    [{ client_id: 7 }, '/client_id'],
    [{ client_secret: '' }, '/client_secret'],
    [{ name: 7 }, '/name'],
    [[], '/'],
  ])('%j is refused with a pointer, and is no fault of the server', async (payload, pointer) => {
    const refused = await post(payload);
    expect([refused.statusCode, refused.json().errors]).toEqual([
      400,
      [{ pointer, detail: expect.any(String) }],
    ]);
  });

  test('another guard, or a parameter of an app, fails closed before it has run', () => {
    const host = { switchToHttp: () => ({ getRequest: () => ({}) }) } as never;
    expect(() => currentClient.get(requestOf(host))).toThrow('a guard of clients has not run');
  });

  test('an app has route facts of its own', () => {
    expect(colours.get('POST /v1/people')).toBe('blue');
    expect(colours.get('GET /health/live')).toBeUndefined();
  });
});
