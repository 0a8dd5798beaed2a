import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { issuerOverHttp } from './issuer-over-http.js';
import { IssuerReach } from './issuer-reach.js';

/** A reach with its own clock; `answers` is what the issuer says, one after the other, and then the last one for ever. */
function reachWith(...answers: (Error | undefined)[]) {
  const said: [string, string][] = [];
  let now = 0;
  let asked = 0;
  const reach = new IssuerReach({
    url: 'http://issuer:8080',
    setting: 'ISSUER_INTERNAL_URL',
    now: () => now,
    ask: async () => {
      const answer = answers[Math.min(asked++, answers.length - 1)];
      if (answer) throw answer;
    },
    log: {
      warn: (_about: object, text: string) => said.push(['warn', text]),
      info: (_about: object, text: string) => said.push(['info', text]),
    } as never,
  });
  return { reach, said, asked: () => asked, pass: (ms: number) => (now += ms) };
}

const away = new Error('connect ECONNREFUSED');

test('the issuer is asked at most every five seconds, whatever the rate, and all who wait share one request', async () => {
  const { reach, asked, pass } = reachWith(undefined, away, undefined);
  const ask = () => Promise.all(Array.from({ length: 20 }, () => reach.isThere()));
  expect([new Set(await ask()), asked()]).toEqual([new Set([true]), 1]);
  pass(4_999);
  expect([new Set(await ask()), asked()]).toEqual([new Set([true]), 1]);
  pass(1);
  expect([new Set(await ask()), asked()]).toEqual([new Set([false]), 2]);
  await expect(reach.check()).rejects.toBe(away);
  pass(5_000);
  expect([new Set(await ask()), asked()]).toEqual([new Set([true]), 3]);
});

test('the log says it when it changes, with the URL and the setting, and nothing when all is well from the start', async () => {
  const { reach, said, pass } = reachWith(undefined, away, away, undefined, undefined, away);
  const heard: number[] = [];
  for (let times = 0; times < 6; times++) {
    await reach.isThere();
    pass(5_000);
    heard.push(said.length);
  }
  expect(heard).toEqual([0, 1, 1, 2, 2, 3]);
  const no =
    'the issuer does not respond at http://issuer:8080: no recovery ends with credentials until it does (ISSUER_INTERNAL_URL)';
  expect(said).toEqual([
    ['warn', no],
    ['info', 'the issuer responds again at http://issuer:8080'],
    ['warn', no],
  ]);
});

test('an issuer that is away is asked again, one that is there is not', async () => {
  const { reach, said, asked, pass } = reachWith(away, undefined);
  await reach.lookAgain();
  expect(asked()).toBe(0);
  await reach.isThere();
  for (let times = 0; times < 3; times++) {
    pass(10_000);
    await reach.lookAgain();
  }
  expect([asked(), said.map(([level]) => level)]).toEqual([2, ['warn', 'info']]);
});

test('who closes hears nothing of a request that was under way', async () => {
  const { reach, said } = reachWith(away);
  const asked = reach.isThere();
  reach.close();
  expect([await asked, said]).toEqual([false, []]);
});

describe('a sign of life over HTTP', () => {
  const servers: Server[] = [];
  afterAll(() => servers.forEach((server) => void server.close()));
  /** @param routes the status of each path; others never get a response */
  async function askAt(prefix: string, routes: Record<string, number>) {
    const paths: string[] = [];
    const server = createServer(({ url = '' }, response) => {
      paths.push(url);
      const status = routes[url];
      if (status) response.writeHead(status).end('{}');
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const at = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${prefix}` };
    const issuer = issuerOverHttp({
      at,
      issuerUrl: 'https://id.example.com/id',
      log: () => undefined,
    } as never);
    const fault = await issuer.ask?.().catch(({ message }: Error) => message);
    await issuer.close();
    server.closeAllConnections();
    return { fault, paths };
  }

  test.each([
    ['it runs', '', { '/health/live': 200 }, undefined],
    ['it runs behind a path', '/id', { '/id/health/live': 200 }, undefined],
    ['a proxy hides its health', '', { '/health/live': 403, '/oauth2/jwks': 200 }, undefined],
    ['something else is there', '/id', { '/id/health/live': 404, '/id/oauth2/jwks': 404 }, 'it answered 404'],
    ['a proxy does not reach it', '', { '/health/live': 502 }, 'it answered 502'],
    ['it hangs', '', {}, expect.stringContaining('timeout')],
  ])('%s', async (_what, prefix, routes, fault) => {
    expect(await askAt(prefix, routes)).toEqual({ fault, paths: expect.any(Array) });
  });

  test('a request under way does not hold up the end', async () => {
    const server = createServer();
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const issuer = issuerOverHttp({ at: { url }, issuerUrl: url, log: () => undefined } as never);
    const asked = new Promise((resolve) => server.once('request', resolve));
    const answer = issuer.ask?.().catch(({ name }: Error) => name);
    await asked;
    await issuer.close();
    expect(await answer).toBe('AbortError');
    server.closeAllConnections();
  });
});
