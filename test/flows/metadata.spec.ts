import { type Others, redirectUri, startOthers } from './other-clients.js';
import { password } from './people.js';

/** Each claim of the metadata document (RFC 8414 §2) is true, and every claim has a test here. */
describe('the metadata', () => {
  let others: Others;
  let metadata: Record<string, string> & Record<string, string[]>;
  beforeAll(async () => {
    others = await startOthers();
    const url = `${others.rekey.settings.urls.issuer}/.well-known/oauth-authorization-server`;
    const answer = await fetch(url);
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    metadata = await answer.json();
  });
  afterAll(() => others.rekey.close());

  const post = async (url: string, form: Record<string, string>, headers: Record<string, string> = {}) => {
    const answer = await fetch(url, { method: 'POST', headers, body: new URLSearchParams(form) });
    const text = await answer.text();
    return { status: answer.status, body: text ? JSON.parse(text) : {} };
  };
  const authorize = (more: Record<string, string>) => {
    const challenge = { code_challenge: 'c'.repeat(43), code_challenge_method: 'S256' };
    const request = { response_type: 'code', client_id: 'spa', redirect_uri: redirectUri, state: 's' };
    const query = new URLSearchParams({ ...request, ...challenge, ...more });
    return fetch(`${metadata.authorization_endpoint}?${query}`, { redirect: 'manual' });
  };
  /** The parameters of a refusal by redirect, in the query only. */
  const refusedTo = (answer: Response) => new URL(answer.headers.get('location') ?? '');
  const web = () => ({ client_id: 'web', client_secret: others.webSecret });
  /** The form fields and headers of each authentication method. */
  const ways: Record<string, () => [form: Record<string, string>, headers?: Record<string, string>]> = {
    client_secret_basic: () => [
      {},
      { authorization: `Basic ${Buffer.from(`web:${others.webSecret}`).toString('base64')}` },
    ],
    client_secret_post: () => [web()],
    none: () => [{ client_id: 'spa' }],
  };
  const expectWays = async (
    named: string[],
    endpoint: string,
    form: Record<string, string>,
    expected: object,
  ) => {
    for (const [name, way] of Object.entries(ways)) {
      const [more, headers] = way();
      const answer = await post(endpoint, { ...form, ...more }, headers);
      if (named.includes(name)) expect([name, answer]).toMatchObject([name, expected]);
      else expect([name, answer.status]).toEqual([name, 401]);
    }
    expect(named.every((name) => name in ways)).toBe(true);
  };

  const claims: Record<string, () => Promise<void> | void> = {
    issuer: () => expect(metadata.issuer).toBe(others.rekey.settings.urls.issuer),
    authorization_endpoint: async () => expect((await authorize({})).status).toBe(200),
    token_endpoint: async () =>
      expect(await post(metadata.token_endpoint ?? '', {})).toMatchObject({
        body: { error: 'invalid_request' },
      }),
    device_authorization_endpoint: async () => {
      const answer = await post(metadata.device_authorization_endpoint ?? '', { client_id: 'tv' });
      expect([answer.status, answer.body.user_code]).toEqual([200, expect.any(String)]);
    },
    jwks_uri: async () => {
      const { keys } = await (await fetch(metadata.jwks_uri ?? '')).json();
      expect(keys.length).toBeGreaterThan(0);
      for (const key of keys) {
        expect(key).toMatchObject({ use: 'sig', kid: expect.any(String), alg: 'ES256', kty: 'EC' });
        expect(Object.keys(key).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
      }
      expect(new Set(keys.map(({ kid }: { kid: string }) => kid)).size).toBe(keys.length);
    },
    revocation_endpoint: async () =>
      expect(await post(metadata.revocation_endpoint ?? '', { token: 'x' })).toMatchObject({ status: 200 }),
    introspection_endpoint: async () =>
      expect(await post(metadata.introspection_endpoint ?? '', { token: 'x', ...web() })).toEqual({
        status: 200,
        body: { active: false },
      }),
    service_documentation: async () => {
      const page = await fetch(metadata.service_documentation ?? '');
      expect([page.status, page.headers.get('content-type')]).toEqual([
        200,
        expect.stringContaining('text/html'),
      ]);
    },
    response_types_supported: () => expect(metadata.response_types_supported).toEqual(['code']),
    response_modes_supported: async () => {
      expect(metadata.response_modes_supported).toEqual(['query']);
      const { searchParams, hash } = refusedTo(await authorize({ code_challenge_method: 'plain' }));
      expect([searchParams.get('error'), searchParams.get('state'), hash]).toEqual([
        'invalid_request',
        's',
        '',
      ]);
    },
    grant_types_supported: async () => {
      for (const grant_type of metadata.grant_types_supported ?? []) {
        const { body } = await post(metadata.token_endpoint ?? '', { grant_type, ...web() });
        expect([grant_type, body.error]).not.toEqual([grant_type, 'unsupported_grant_type']);
        expect(body.error ?? 'none').toMatch(/^(none|invalid_request)$/);
      }
    },
    code_challenge_methods_supported: async () => {
      expect(metadata.code_challenge_methods_supported).toEqual(['S256']);
      expect((await authorize({ code_challenge_method: 'S256' })).status).toBe(200);
    },
    scopes_supported: async () => {
      const { id, secret } = others.odd;
      const scopes = metadata.scopes_supported ?? [];
      const management = { grant_type: 'client_credentials', client_id: id, client_secret: secret };
      const { body } = await post(metadata.token_endpoint ?? '', management);
      expect(['account', ...body.scope.split(' ')].sort()).toEqual([...scopes].sort());
    },
    token_endpoint_auth_methods_supported: () =>
      expectWays(
        metadata.token_endpoint_auth_methods_supported ?? [],
        metadata.token_endpoint ?? '',
        { grant_type: 'refresh_token', refresh_token: 'x' },
        { status: 400, body: { error: 'invalid_grant' } },
      ),
    revocation_endpoint_auth_methods_supported: () =>
      expectWays(
        metadata.revocation_endpoint_auth_methods_supported ?? [],
        metadata.revocation_endpoint ?? '',
        { token: 'x' },
        { status: 200 },
      ),
    introspection_endpoint_auth_methods_supported: () =>
      expectWays(
        metadata.introspection_endpoint_auth_methods_supported ?? [],
        metadata.introspection_endpoint ?? '',
        { token: 'x' },
        { status: 200, body: { active: false } },
      ),
    authorization_response_iss_parameter_supported: async () => {
      const refused = refusedTo(await authorize({ code_challenge_method: 'plain' }));
      expect(refused.searchParams.get('iss')).toBe(metadata.issuer);
    },
  };

  test.each(Object.keys(claims))('%s is true', async (name) => {
    expect(metadata).toHaveProperty(name);
    await claims[name]?.();
  });

  test('metadata has no further claim, no empty list and no foreign URL [RFC9700 2.6]', () => {
    expect(Object.keys(metadata).sort()).toEqual(Object.keys(claims).sort());
    const { issuer, recovery } = others.rekey.settings.urls;
    for (const [name, value] of Object.entries(metadata) as [string, unknown][]) {
      if (Array.isArray(value)) expect([name, value.length]).not.toEqual([name, 0]);
      if (/_(endpoint|uri)$/.test(name)) expect([issuer, recovery]).toContain(new URL(String(value)).origin);
    }
  });

  test('no implicit grant, no password grant, no request without PKCE [RFC9700 2.1.2, RFC9700 2.4, RFC9700 4.8]', async () => {
    for (const response_type of ['token', 'code token', 'id_token']) {
      const { searchParams } = refusedTo(await authorize({ response_type }));
      expect([response_type, searchParams.get('error')]).toEqual([
        response_type,
        'unsupported_response_type',
      ]);
    }
    for (const grant_type of ['password', 'implicit', 'urn:ietf:params:oauth:grant-type:jwt-bearer']) {
      const { body } = await post(metadata.token_endpoint ?? '', {
        grant_type,
        username: 'reader',
        password,
      });
      expect([grant_type, body.error]).toEqual([grant_type, 'unsupported_grant_type']);
    }
    for (const without of ['code_challenge', 'code_challenge_method']) {
      const { searchParams } = refusedTo(await authorize({ [without]: '' }));
      expect([without, searchParams.get('error')]).toEqual([without, 'invalid_request']);
    }
  });

  test('the document is at its own path only, and may be cached for minutes', async () => {
    const answer = await fetch(`${metadata.issuer}/.well-known/oauth-authorization-server`);
    expect(answer.headers.get('cache-control')).toBe('public, max-age=300');
    for (const path of ['openid-configuration', 'oauth-authorization-server/x'])
      expect((await fetch(`${metadata.issuer}/.well-known/${path}`)).status).toBe(404);
  });
});
