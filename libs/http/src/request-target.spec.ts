import { type AddressInfo, connect } from 'node:net';
import { Controller, Delete, Get, Module, Param, Post } from '@nestjs/common';
import { openTelemetry } from '@rekey/telemetry';
import { rawRequest } from '../../../test/flows/raw-request.js';
import { CrossOrigin, createApp, Takes } from './index.js';
import { readTarget } from './request-target.js';

test.each<[target: string, url: string | number]>([
  ['/v1/letters', '/v1/letters'],
  ['/v1/%6Cetters?a=%6C', '/v1/letters?a=%6C'],
  ['/%76%31/%7euser/%2E%2e/%5f%2d', '/v1/~user/../_-'],
  ['/v1%2fletters/%3a%c3%a9', '/v1%2Fletters/%3A%C3%A9'],
  ['/v1/%256cetters', '/v1/%256cetters'],
  ['/v1/letters;a=b', '/v1/letters;a=b'],
  ['//v1/letters/', '//v1/letters/'],
  ['/?a=http://b/', '/?a=http://b/'],
  ['/a?b?c%zz', '/a?b?c%zz'],
  ['http://localhost/v1/letters?a', '/v1/letters?a'],
  ['HTTPS://[::1]:3000/v1', '/v1'],
  ['http://localhost', '/'],
  ['http://localhost?a=b', '/?a=b'],
  ['http://localhost//evil.example/', '//evil.example/'],
  ['http:///v1/letters', 400],
  ['http://user:password@localhost/v1', 400],
  ['ftp://localhost/v1', 400],
  ['localhost:80', 400],
  ['*', 400],
  ['?a=b', 400],
  ['', 400],
  ['/v1/letters#there', 400],
  ['/v1/letters?a#there', 400],
  ['http://localhost#there', 400],
  ['/v1/%zz', 400],
  ['/v1/%', 400],
  ['/v1/%c0%af', 400],
  ['/v1/%ed%a0%80', 400],
  ['/v1/%ff', 400],
  ['/v1/a%00b', '/v1/a%00b'],
  ['/v1/a%0d%0aset-cookie:b', '/v1/a%0D%0Aset-cookie:b'],
  [`/${'a'.repeat(8_191)}`, `/${'a'.repeat(8_191)}`],
  [`/${'a'.repeat(8_192)}`, 414],
])('the target %s is read as %s', (target, expected) => {
  expect(readTarget('GET', target)).toEqual(
    typeof expected === 'number' ? { status: expected } : { url: expected },
  );
});

@CrossOrigin()
@Controller('v1/letters')
class Letters {
  @Get()
  list() {
    return { route: 'list' };
  }

  @Post()
  @Takes('text/plain')
  post() {
    return { route: 'post' };
  }

  @Delete(':id')
  remove(@Param('id') id: string) {
    return { route: 'remove', id };
  }
}

@Module({ controllers: [Letters] })
class LetterModule {}

describe('on a connection', () => {
  let app: Awaited<ReturnType<typeof createApp>>['app'];
  let port: number;
  let metrics: () => Promise<string>;

  beforeAll(async () => {
    const created = await createApp({
      name: 'spec',
      module: LetterModule,
      port: 0,
      settings: { listenHost: 'localhost', trustProxy: [], logLevel: 'silent' },
      telemetry: await openTelemetry({ app: 'spec' }),
      isPrivate: true,
      openApi: { title: 'Spec', description: 'A spec' },
      crossOrigin: { origins: ['https://app.example.com'] },
    });
    app = created.app;
    created.fastify.addContentTypeParser('text/plain', { parseAs: 'string' }, (_request, body, done) =>
      done(null, body),
    );
    await created.fastify.listen({ port: 0, host: 'localhost' });
    port = (created.fastify.server.address() as AddressInfo).port;
    metrics = async () => (await created.fastify.inject('/metrics')).body;
  });
  afterAll(() => app.close());

  const send = (line: string, headers: string[] = []) => rawRequest(port, line, { headers });

  const here = '/v1/letters';
  const allowed = 'GET, HEAD, POST';
  test.each<[line: string, status: number, more?: { allow?: string; body?: string }]>([
    [`GET ${here}`, 200, { body: '{"route":"list"}' }],
    [`HEAD ${here}`, 200, { body: '' }],
    [`GET http://elsewhere.example${here}?a=b`, 200, { body: '{"route":"list"}' }],
    ['GET /%761/%6cetters', 200, { body: '{"route":"list"}' }],
    ['GET /v1/l%65tters?', 200],
    [`DELETE ${here}/a%2Fb`, 200, { body: '{"route":"remove","id":"a/b"}' }],
    [`DELETE ${here}/a%252Fb`, 200, { body: '{"route":"remove","id":"a%2Fb"}' }],
    // Other resources, which are not there, whatever the method.
    ...['GET', 'POST', 'HEAD', 'DELETE', 'PATCH', 'OPTIONS', 'PROPFIND'].flatMap((method) =>
      [
        `${here}/`,
        `${here}//`,
        `/${here}`,
        '/v1%2Fletters',
        '/v1/Letters',
        `${here};a=b`,
        '/v1/./letters',
        '/v1/%256cetters',
      ]
        .filter((target) => method !== 'DELETE' || !target.startsWith(`${here}/`))
        .map((target): [string, number] => [`${method} ${target}`, 404]),
    ),
    // The same resource in another spelling does not take other methods.
    ...[here, '/v1/%6cetters', `http://elsewhere.example${here}`, `${here}?a=/b`].flatMap((target) =>
      ['PUT', 'PATCH', 'TRACE', 'PROPFIND', 'OPTIONS'].map((method): [string, number, object] => [
        `${method} ${target}`,
        405,
        { allow: allowed },
      ]),
    ),
    ['OPTIONS *', 204, { body: '' }],
    ['OPTIONS http://elsewhere.example', 404],
    [`GET ${here}#there`, 400],
    ['GET /v1/%c0%af', 400],
    ['GET /v1/a%00', 404],
    [`GET ftp://elsewhere.example${here}`, 400],
    ['GET localhost:80', 400],
    [`GET ${here}?${'a'.repeat(8_200)}`, 414],
    [`GET ${here}?${'a'.repeat(20_000)}`, 414],
    [`DELETE ${here}/${'a'.repeat(300)}`, 414],
    ['CONNECT elsewhere.example:443', 501],
    [`BREW ${here}`, 501],
    [`get ${here}`, 501],
  ])('%s: %i', async (...[line, status, { allow, body } = {}]) => {
    const answer = await send(line);
    expect([answer.status, answer.headers.allow]).toEqual([status, allow]);
    expect(answer.headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    if (body !== undefined) expect(answer.body).toBe(body);
    if (status >= 400)
      expect([answer.headers['content-type'], answer.headers['content-length'] !== '0']).toEqual([
        'application/problem+json',
        true,
      ]);
  });

  test('another version of HTTP, and bytes that are none', async () => {
    const answers = ['GET / HTTP/9.9\r\n\r\n', '\x16\x03\x01\x02\x00\x01\x00', 'nothing\r\n\r\n'].map(
      async (bytes) => {
        const socket = connect(port, '127.0.0.1');
        socket.end(bytes, 'latin1');
        return Buffer.concat(await socket.toArray())
          .toString()
          .split(' ')[1];
      },
    );
    expect(await Promise.all(answers)).toEqual(['505', '400', '400']);
  });

  test.each([here, '/v1/%6Cetters', `http://elsewhere.example${here}`])(
    'media types, CORS and the method belong to the route of %s',
    async (target) => {
      const named = ['origin: https://app.example.com'];
      for (const answer of [
        await send(`GET ${target}`, named),
        await send(`PUT ${target}`, named),
        await send(`OPTIONS ${target}`, [...named, 'access-control-request-method: POST']),
      ])
        expect(answer.headers['access-control-allow-origin']).toBe('https://app.example.com');
      expect(
        (await send(`POST ${target}`, ['content-length: 2', 'content-type: application/json'])).status,
      ).toBe(415);
      expect((await send(`GET ${target}`, ['accept: text/html'])).status).toBe(406);
    },
  );

  test.each(['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override', '_method'])(
    '%s does not change the method',
    async (name) => {
      expect((await send(`GET ${here}?_method=DELETE`, [`${name}: DELETE`])).body).toBe('{"route":"list"}');
    },
  );

  test.each(['X-Original-URL', 'X-Rewrite-URL', 'X-Forwarded-Prefix', 'X-Forwarded-Uri'])(
    '%s does not change the target',
    async (name) => {
      expect((await send(`GET ${here}`, [`${name}: /metrics`])).body).toBe('{"route":"list"}');
    },
  );

  test('the docs have their own policy in every spelling, and nothing else has it', async () => {
    const policy = async (target: string) => (await send(`GET ${target}`)).headers['content-security-policy'];
    for (const target of ['/docs', '/%64ocs', 'http://x/docs'])
      expect(await policy(target)).toContain('unsafe-inline');
    for (const target of ['/docsx', '/docs%2F', `${here}?/docs`])
      expect(await policy(target)).not.toContain('unsafe');
  });

  test('metrics have the template of the route, and no target that was asked for', async () => {
    await send('GET /%761/letters');
    await send('GET /secret-in-a-path/%c0');
    await send('OPTIONS *');
    const text = await metrics();
    expect(text).toMatch(/http_request_duration_seconds_count\{[^}]*route="\/v1\/letters",status="200"/);
    expect(text).toMatch(/http_request_duration_seconds_count\{[^}]*route="none",status="400"/);
    expect(text).not.toMatch(/secret|%76|elsewhere/);
  });
});
