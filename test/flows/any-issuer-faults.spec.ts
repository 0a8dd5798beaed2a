import type { IncomingMessage, ServerResponse } from 'node:http';
import { decodeJwt } from 'jose';
import { machineClock } from '../runner/machine-clock.js';
import { type BesideProvider, besideProvider } from './beside-provider.js';
import { password } from './people.js';
import type { Story } from './story.js';

type Respond = (response: ServerResponse) => void;

const json = (status: number, body: object) => (response: ServerResponse) =>
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
const cutOff: Respond = (response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '99' });
  response.write('{"access_token":', () => response.destroy());
};
const tokens = { access_token: 'a', token_type: 'Bearer', expires_in: 60 };

/** An external issuer that is down, slow, broken or not the right one. */
describe('faults of an external issuer', () => {
  let beside: BesideProvider;
  beforeAll(async () => {
    beside = await besideProvider('jwt-bearer', 'client_secret_basic');
  });
  afterAll(async () => {
    await beside.close();
    machineClock.restore();
  });
  /** Requests that the test intercepts in front of the provider. */
  const asked: { path: string; body: string }[] = [];
  const instead = (path: string, answer: Respond) => {
    beside.provider.before = (request: IncomingMessage, response: ServerResponse) => {
      const url = request.url ?? '';
      if (!url.includes(path)) return false;
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        asked.push({ path: url, body });
        answer(response);
      });
      return true;
    };
  };
  beforeEach(() => {
    // After every cache and every limit has expired.
    machineClock.advance(86_400_000);
    asked.length = 0;
    beside.provider.before = undefined;
  });

  /** Expects no change: the recovery is still proven, and earlier sessions are active. */
  const expectNothing = async (story: Story, code = 'unavailable') => {
    const { status, body, headers } = await story.complete({ password: 'a sentence that is never set' });
    expect([status, body.code]).toEqual(code === 'unavailable' ? [503, code] : [409, code]);
    if (code === 'unavailable') expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await story.show()).body.state).toBe('proven');
    const rows = await beside.rekey.sql(
      `select r.lease_id, a.password_recovery_id is not distinct from r.id as has_password from recoveries r, accounts a where r.id = $1 and a.id = r.account_id`,
      [story.id],
    );
    expect(rows).toEqual([{ lease_id: null, has_password: false }]);
  };
  const jtis = () => asked.map(({ body }) => decodeJwt(new URLSearchParams(body).get('assertion') ?? '').jti);

  test.each<[string, Respond]>([
    ['a redirect', (response) => response.writeHead(302, { location: '/elsewhere' }).end()],
    [
      'a redirect that keeps the method',
      (response) => response.writeHead(307, { location: '/elsewhere' }).end(),
    ],
    ['a fault', json(500, { error: 'server_error' })],
    ['a fault with status 400', json(400, { error: 'server_error' })],
    ['too many requests', json(429, { error: 'invalid_grant' })],
    ['a page', (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<p>Sign in')],
    ['a refusal as an HTML page', (response) => response.writeHead(403).end('<p>No')],
    ['nothing', (response) => response.writeHead(204).end()],
    ['no token', json(200, { token_type: 'Bearer' })],
    ['a token of another type', json(200, { ...tokens, token_type: 'DPoP' })],
    ['a response that is too large', json(200, { ...tokens, more: 'x'.repeat(300_000) })],
    ['half a response', cutOff],
    ['a closed connection', (response) => response.destroy()],
  ])('%s: nothing changes, and the next request has a fresh assertion', async (_what, answer) => {
    const session = (await beside.persons.signIn('kim')).body;
    const story = await beside.proven('kim');
    instead('/token', answer);
    await expectNothing(story);
    await expectNothing(story);
    expect(asked.map(({ path }) => path)).toEqual(['/token', '/token']);
    expect(new Set(jtis()).size).toBe(2);
    const bearer = { bearer: session.access_token };
    expect((await beside.persons.issuer('GET', 'sessions', bearer)).status).toBe(200);
    beside.provider.before = undefined;
    expect((await story.complete({ password })).status).toBe(201);
    expect((await beside.persons.issuer('GET', 'sessions', bearer)).status).toBe(401);
  });

  test('an issuer that was down succeeds once it is back with the right secret', async () => {
    const story = await beside.proven('kim');
    await beside.provider.close();
    await expectNothing(story);
    await beside.provider.start('changed without telling us');
    await expectNothing(story);
    await beside.provider.close();
    await beside.provider.start();
    expect((await story.complete({ password })).status).toBe(201);
  });

  test('metadata of another issuer, also by one slash, or none: its token endpoint gets no request', async () => {
    const { issuer } = beside.provider;
    const story = await beside.proven('kim');
    const other = (name: string) => ({ issuer: name, token_endpoint: `${issuer}/token` });
    for (const answer of [
      json(200, other(`${issuer}/`)),
      json(200, other('https://evil.example')),
      json(200, { issuer }),
      json(404, {}),
      (response: ServerResponse) => response.writeHead(302, { location: `${issuer}/elsewhere` }).end(),
    ]) {
      instead('', answer);
      await expectNothing(story);
    }
    expect(new Set(asked.map(({ path }) => path))).toEqual(
      new Set(['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration']),
    );
    // With metadata of OpenID Connect alone, when the other document is not found.
    instead('/.well-known/oauth-authorization-server', json(404, {}));
    expect((await story.complete({ password })).status).toBe(201);
    expect(beside.provider.taken.at(-1)?.claims.recovery_id).toBe(story.id);
  });

  test('metadata of the issuer is cached for ten minutes', async () => {
    const paths: string[] = [];
    beside.provider.before = ({ url = '' }) => {
      paths.push(url);
      return false;
    };
    for (const wait of [0, 590_000, 20_000]) {
      machineClock.advance(wait);
      expect((await (await beside.proven('kim')).complete({ password })).status).toBe(201);
    }
    const metadata = '/.well-known/oauth-authorization-server';
    expect(paths).toEqual([metadata, '/token', '/token', metadata, '/token']);
  });

  test('a refusal of the issuer is shown to the person, and a later request can succeed', async () => {
    const session = (await beside.persons.signIn('max')).body;
    const story = await beside.proven('max');
    await expectNothing(story, 'invalid_state');
    const bearer = { bearer: session.access_token };
    expect((await beside.persons.issuer('GET', 'sessions', bearer)).status).toBe(200);
    beside.provider.accounts.push('max');
    expect((await story.complete({ password })).status).toBe(201);
  });
});
