import { loadSettings } from '@rekey/settings';
import { newHousehold, useRekey } from '../flows/rekey.js';

/** Which routes a page of another origin may call (CORS of the Fetch standard). */
describe('cross-origin access', () => {
  const app = 'https://app.example.com';
  const rekey = useRekey({ environment: { CORS_ORIGINS: `${app}, http://localhost:8080` } });

  const at = (path: string) => {
    const [name = '', rest = ''] = path.split(/(?=\/)(.*)/s);
    return `${rekey.settings.urls[name as 'issuer']}${rest}`;
  };
  const send = (path: string, origin: string, init: RequestInit = {}) =>
    fetch(at(path), {
      redirect: 'manual',
      ...init,
      headers: { origin, 'x-forwarded-for': newHousehold(), ...init.headers },
    });
  const preflight = (path: string, origin: string, method: string) =>
    send(path, origin, {
      method: 'OPTIONS',
      headers: {
        'access-control-request-method': method,
        'access-control-request-headers': 'authorization,content-type',
      },
    });
  const given = (headers: Headers) =>
    [...headers.keys()].filter((name) => name.startsWith('access-control-'));

  const open: [string, string][] = [
    ['POST', 'issuer/oauth2/token'],
    ['POST', 'issuer/oauth2/revoke'],
    ['POST', 'issuer/oauth2/device_authorization'],
    ['GET', 'issuer/oauth2/jwks'],
    ['GET', 'issuer/.well-known/oauth-authorization-server'],
    ['POST', 'issuer/v1/sessions'],
    ['GET', 'issuer/v1/sessions'],
    ['DELETE', 'issuer/v1/sessions/x'],
    ['PUT', 'issuer/v1/password'],
    ['GET', 'issuer/v1/authenticators'],
    ['POST', 'issuer/v1/authenticators/x/confirm'],
    ['POST', 'recovery/v1/recoveries'],
    ['GET', 'recovery/v1/recoveries/x'],
    ['POST', 'recovery/v1/recoveries/x/proofs'],
    ['DELETE', 'recovery/v1/recoveries/x'],
    ['POST', 'recovery/v1/stops'],
  ];
  const shut: [string, string][] = [
    ['GET', 'recovery/recover'],
    ['POST', 'recovery/recover'],
    ['GET', 'recovery/recover/progress'],
    ['POST', 'recovery/account'],
    ['POST', 'recovery/stop'],
    ['GET', 'recovery/device'],
    ['GET', 'recovery/v1/recoveriesx'],
    ['POST', 'recovery/webhooks/twilio/status'],
    ['GET', 'recovery/metrics'],
    ['POST', 'issuer/oauth2/introspect'],
    ['POST', 'issuer/v1/tokens/diagnose'],
    ['POST', 'issuer/v1/device_codes'],
    ['GET', 'issuer/docs'],
    ['GET', 'issuer/health/ready'],
    ['POST', 'console/v1/accounts:import'],
    ['GET', 'console/v1/accounts/demo-ada'],
  ];

  test.each(open)(
    '%s %s can be read by an allowed origin, without cookies [ASVS 3.4.2]',
    async (method, path) => {
      const asked = await preflight(path, app, method);
      expect(asked.status).toBe(204);
      expect(asked.headers.get('access-control-allow-origin')).toBe(app);
      expect(asked.headers.get('access-control-allow-methods')?.split(', ')).toContain(method);
      expect(asked.headers.get('access-control-allow-headers')).toBe(
        'Authorization, Content-Type, Idempotency-Key',
      );
      expect(asked.headers.get('access-control-max-age')).toBe('7200');
      expect(asked.headers.get('access-control-allow-credentials')).toBeNull();
      const answer = await send(path, app, { method });
      expect(answer.headers.get('access-control-allow-origin')).toBe(app);
      expect(answer.headers.get('vary')).toMatch(/origin/i);
      expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
      const exposed = answer.headers.get('access-control-expose-headers')?.split(', ');
      expect(exposed).toEqual(expect.arrayContaining(['Retry-After', 'RateLimit', 'WWW-Authenticate']));
    },
  );

  test.each(shut)('%s %s can be read by no origin [RFC9700 2.6]', async (method, path) => {
    const asked = await preflight(path, app, method);
    expect([asked.status, given(asked.headers)]).toEqual([expect.any(Number), []]);
    expect(asked.status).toBeGreaterThanOrEqual(400);
    const answer = await send(path, app, { method });
    expect(given(answer.headers)).toEqual([]);
  });

  test.each([
    'https://app.example.com.evil.example',
    'https://app.example.co',
    'http://app.example.com',
    'https://APP.example.com',
    'null',
    '*',
    `${app}/`,
  ])('a page of %s can read no response', async (origin) => {
    for (const [method, path] of open) {
      const asked = await preflight(path, origin, method);
      expect([path, asked.status, given(asked.headers)]).toEqual([path, 405, []]);
      expect(given((await send(path, origin, { method })).headers)).toEqual([]);
    }
  });

  test('the origin of the example is allowed in development; an origin with a path is an invalid setting', async () => {
    const asked = await preflight('issuer/oauth2/token', rekey.mailboxUrl, 'POST');
    expect(asked.headers.get('access-control-allow-origin')).toBe(rekey.mailboxUrl);
    expect(() => loadSettings({ CORS_ORIGINS: `${app}/shop` }, 'standalone')).toThrow(
      `CORS_ORIGINS: read "${app}/shop"; allowed: origins such as`,
    );
  });

  test('without an allowed origin there is no preflight response at all', async () => {
    const asked = await send('console/v1/accounts/x', app, { method: 'OPTIONS' });
    expect([asked.status, asked.headers.get('vary')]).toEqual([405, expect.not.stringMatching(/origin/i)]);
  });
});
