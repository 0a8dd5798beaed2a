import { readFileSync } from 'node:fs';
import { type RawAnswer, rawRequest } from '../flows/raw-request.js';
import { newHousehold, useRekey } from '../flows/rekey.js';

type App = 'recovery' | 'issuer' | 'console';
const apps: App[] = ['recovery', 'issuer', 'console'];

interface Route {
  app: App;
  path: string;
  methods: string[];
}

/** What each app promises, with something in place of each parameter. */
const routes: Route[] = apps.flatMap((app) => {
  const { paths } = JSON.parse(readFileSync(`apps/${app}/openapi.generated.json`, 'utf8')) as {
    paths: Record<string, object>;
  };
  return Object.entries(paths).map(([template, operations]) => ({
    app,
    path: template.replace(/\{\w+\}/g, 'a'),
    methods: Object.keys(operations).map((method) => method.toUpperCase()),
  }));
});

/** The same resource in other words (RFC 3986 §6.2.2.2, RFC 9112 §3.2.2). */
const spellings = (path: string): string[] => [
  path,
  `http://elsewhere.example${path}?a=b`,
  `${path[0]}%${path.charCodeAt(1).toString(16)}${path.slice(2)}`,
];

/** One resource has one set of rules, in whatever words it is asked for; each rule reads the route, not the URL. */
describe('request targets', () => {
  const rekey = useRekey({ environment: { LOG_LEVEL: 'silent', CORS_ORIGINS: 'https://app.example.com' } });
  beforeEach(() => void rekey.clock.advance(600_000));
  const send = (app: App, line: string, more?: Parameters<typeof rawRequest>[2]): Promise<RawAnswer> =>
    rawRequest(rekey.settings.ports[app], line, {
      ...more,
      headers: [`x-forwarded-for: ${newHousehold()}`, ...(more?.headers ?? [])],
    });

  test('a method that a resource does not take is 405 with those that it takes, in every spelling', async () => {
    expect(routes.length).toBeGreaterThan(20);
    for (const { app, path, methods } of routes)
      for (const target of spellings(path)) {
        const { status, headers } = await send(app, `PROPFIND ${target}`);
        const allowed = (headers.allow ?? '').split(', ');
        expect([target, status, methods.filter((method) => !allowed.includes(method))]).toEqual([
          target,
          405,
          [],
        ]);
        expect(allowed.includes('HEAD')).toBe(allowed.includes('GET'));
      }
  });

  test('with a slash more, at the end or at the beginning, it is another resource, and there is none', async () => {
    for (const { app, path, methods } of routes)
      for (const target of [`${path}/`, `/${path}`, `http://localhost${path}/`])
        for (const method of methods) {
          const { status, headers } = await send(app, `${method} ${target}`);
          expect([method, target, status, headers.allow]).toEqual([method, target, 404, undefined]);
        }
  });

  test.each([...spellings('/recover'), ...spellings('/account/sign-in')])(
    'a form without its token is refused at %s',
    async (target) => {
      const form = {
        headers: ['content-type: application/x-www-form-urlencoded'],
        body: 'identifier=a%40b.example',
      };
      const { status, headers } = await send('recovery', `POST ${target}`, form);
      expect([status, headers['content-type']]).toEqual([403, 'text/html; charset=utf-8']);
    },
  );

  test.each([
    '/recover/..//evil.example/a',
    '/recover/%2e%2e//evil.example',
    '/recover//evil.example',
    '/recover/http://evil.example',
    'http://evil.example/recover/nothing',
    'http://evil.example/recover/..//evil.example',
  ])('no link of the page at %s leads elsewhere', async (target) => {
    const page = await send('recovery', `GET ${target}`);
    expect([page.status, page.headers['content-type']]).toEqual([404, 'text/html; charset=utf-8']);
    expect(page.body).not.toContain('evil');
    const chosen = await send('recovery', `GET ${target}?lang=de&a=b`);
    expect([chosen.status, chosen.headers.location]).toEqual([303, '/recover?a=b']);
  });

  test.each(spellings('/oauth2/token'))('errors of OAuth are those of RFC 6749 at %s', async (target) => {
    const json = { headers: ['content-type: application/json'], body: '{}' };
    const refused = await send('issuer', `POST ${target}`, json);
    expect([refused.status, refused.headers.pragma, JSON.parse(refused.body).error]).toEqual([
      400,
      'no-cache',
      'invalid_request',
    ]);
    const { status, headers } = await send('issuer', `GET ${target}`);
    expect([status, headers.pragma, headers.allow]).toEqual([405, 'no-cache', 'POST']);
  });

  test('starts in every spelling share one limit', async () => {
    const source = [`x-forwarded-for: ${newHousehold()}`, 'content-type: application/json'];
    const targets = spellings('/v1/recoveries');
    const statuses: number[] = [];
    for (let at = 0; at < 33; at++) {
      const body = JSON.stringify({ identifier: `nobody${at}@example.com` });
      const line = `POST ${targets[at % targets.length]}`;
      statuses.push(
        (await rawRequest(rekey.settings.ports.recovery, line, { headers: source, body })).status,
      );
    }
    expect(statuses).toEqual([...Array(30).fill(202), 429, 429, 429]);
  });
});
