import { createHash, randomBytes } from 'node:crypto';
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { newHousehold, useRekey } from './rekey.js';
import { Story } from './story.js';

const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange';

describe('the issuer', () => {
  const rekey = useRekey();
  let issuer: string;
  let basic: Record<string, string>;
  beforeAll(async () => {
    issuer = rekey.settings.urls.issuer;
    const { clientId, clientSecret } = rekey.settings.management;
    basic = { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` };
  });
  beforeEach(() => {
    newHousehold();
    rekey.clock.advance(600_000);
  });

  const recovered = async (identifier = 'ada@example.com') => {
    const story = new Story(rekey);
    await story.proveBy(identifier);
    return { story, tokens: (await story.complete({ password: 'correct horse battery' })).body };
  };
  const form = (path: string, body: Record<string, string>, headers: Record<string, string> = {}) =>
    fetch(`${issuer}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: new URLSearchParams(body),
    });
  const introspect = async (token: string) => (await form('/oauth2/introspect', { token }, basic)).json();
  const refresh = (token: string) => rekey.token({ grant_type: 'refresh_token', refresh_token: token });

  test('metadata leads to keys that verify an access token of RFC 9068', async () => {
    const { body: metadata } = await rekey.call('GET', `${issuer}/.well-known/oauth-authorization-server`);
    expect(metadata).toMatchObject({
      issuer,
      token_endpoint: `${issuer}/oauth2/token`,
      code_challenge_methods_supported: ['S256'],
    });
    const { tokens, story } = await recovered();
    const keys = createRemoteJWKSet(new URL(metadata.jwks_uri));
    const { payload, protectedHeader } = await jwtVerify(tokens.access_token, keys, {
      issuer,
      audience: issuer,
      typ: 'at+jwt',
      currentDate: new Date(rekey.clock.now()),
    });
    expect(protectedHeader.alg).toBe('ES256');
    expect(payload).toMatchObject({
      sub: 'demo-ada',
      client_id: 'default',
      scope: 'account',
      recovery_id: story.id,
      acr: 'urn:rekey:recovery:aal1',
      amr: ['recovery-code-email'],
    });
    expect(Number(payload.exp) - Number(payload.iat)).toBe(600);
  });

  test('a recovery ends every older session and refresh token at once [ASVS 7.4.3]', async () => {
    const first = (await recovered()).tokens;
    expect(await introspect(first.access_token)).toMatchObject({ active: true, sub: 'demo-ada' });
    rekey.clock.advance(60_000);
    const second = (await recovered()).tokens;
    expect(await introspect(first.access_token)).toEqual({ active: false });
    expect(await introspect(first.refresh_token)).toEqual({ active: false });
    expect((await refresh(first.refresh_token)).body.error).toBe('invalid_grant');
    expect(await introspect(second.refresh_token)).toMatchObject({
      active: true,
      token_type: 'refresh_token',
    });
  });

  test('a refresh rotates; a retry gets the same successor; a replayed token ends the session [RFC9700 4.14.2]', async () => {
    const { tokens } = await recovered();
    const one = await refresh(tokens.refresh_token);
    expect(one.status).toBe(200);
    expect(one.body.refresh_token).not.toBe(tokens.refresh_token);
    const many = await Promise.all(Array.from({ length: 20 }, () => refresh(one.body.refresh_token)));
    expect(new Set(many.map(({ body }) => body.refresh_token)).size).toBe(1);
    expect(many.every(({ status }) => status === 200)).toBe(true);
    const { acr, amr, auth_time, scope } = decodeJwt(many[0]?.body.access_token);
    const before = decodeJwt(tokens.access_token);
    expect([acr, amr, auth_time, scope]).toEqual([before.acr, before.amr, before.auth_time, before.scope]);
    rekey.clock.advance(10_001);
    expect((await refresh(one.body.refresh_token)).body.error).toBe('invalid_grant');
    expect((await refresh(many[0]?.body.refresh_token)).body.error).toBe('invalid_grant');
    const [audit] = await rekey.sql(
      `select count(*)::int as n from audit_events where event = 'authn_token_reuse'`,
    );
    expect(audit?.n).toBe(1);
  });

  test('a refresh is refused for a wider scope, a wrong client or after an idle month', async () => {
    const { tokens } = await recovered();
    const wide = await rekey.token({
      grant_type: 'refresh_token',
      refresh_token: tokens.refresh_token,
      scope: 'account admin',
    });
    expect(wide.body.error).toBe('invalid_scope');
    const other = await rekey.token({
      grant_type: 'refresh_token',
      refresh_token: tokens.refresh_token,
      client_id: 'nobody',
    });
    expect([other.status, other.body.error]).toEqual([401, 'invalid_client']);
    rekey.clock.advance(30 * 86_400_000);
    expect((await refresh(tokens.refresh_token)).body.error).toBe('invalid_grant');
  });

  test('revocation ends the session, and the response is the same for an unknown token', async () => {
    const { tokens } = await recovered();
    expect((await form('/oauth2/revoke', { token: 'nonsense' })).status).toBe(200);
    expect((await form('/oauth2/revoke', { token: tokens.refresh_token })).status).toBe(200);
    expect(await introspect(tokens.access_token)).toEqual({ active: false });
  });

  test('introspection needs a confidential client', async () => {
    const { tokens } = await recovered();
    const bare = await form('/oauth2/introspect', { token: tokens.access_token });
    expect(bare.status).toBe(401);
    expect(bare.headers.get('www-authenticate')).toContain('Basic');
    const wrong = { authorization: `Basic ${Buffer.from('management:wrong').toString('base64')}` };
    expect((await form('/oauth2/introspect', { token: 'x' }, wrong)).status).toBe(401);
    expect((await form('/oauth2/introspect', { token: 'x', client_id: 'default' })).status).toBe(401);
  });

  test.each([
    [{}, 'invalid_request'],
    [{ grant_type: 'password' }, 'unsupported_grant_type'],
    [{ grant_type: exchange }, 'invalid_request'],
    [
      {
        grant_type: exchange,
        subject_token: 'a.b.c',
        subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      },
      'invalid_request',
    ],
    [{ grant_type: 'client_credentials', client_id: 'default' }, 'unauthorized_client'],
    [
      {
        grant_type: 'authorization_code',
        code: 'x',
        redirect_uri: 'a\u0000b',
        code_verifier: 'v'.repeat(43),
      },
      'invalid_request',
    ],
    [{ grant_type: 'refresh_token', refresh_token: randomBytes(32).toString('base64url') }, 'invalid_grant'],
  ])('%j is %s', async (body, error) => {
    const answer = await rekey.token(body as Record<string, string>);
    expect([answer.status, answer.body.error]).toEqual([400, error]);
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  test('a repeated parameter and JSON are refused [ASVS 15.3.7]', async () => {
    const twice = await fetch(`${issuer}/oauth2/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'grant_type=refresh_token&grant_type=refresh_token&refresh_token=x',
    });
    expect(await twice.json()).toMatchObject({ error: 'invalid_request' });
    const json = await rekey.call('POST', `${issuer}/oauth2/token`, {
      json: { grant_type: 'refresh_token' },
    });
    expect([json.status, json.body.error]).toEqual([400, 'invalid_request']);
  });

  test('a sign-in gives tokens, sessions can be listed and ended, and no response reveals who has an account', async () => {
    const signIn = (identifier: string, password: string) =>
      rekey.call('POST', `${issuer}/v1/sessions`, { json: { identifier, password } });
    const unknown = await signIn('nobody@example.com', 'correct horse battery');
    const wrong = await signIn('ada@example.com', 'not the horse battery');
    expect([unknown.status, unknown.text]).toEqual([401, wrong.text]);
    expect(wrong.headers.get('www-authenticate')).toBe('Bearer realm="rekey"');
    const { body } = await signIn('ada', 'correct horse battery');
    expect(decodeJwt(body.access_token)).toMatchObject({ amr: ['pwd'], acr: 'urn:rekey:password:aal1' });
    const list = await rekey.call('GET', `${issuer}/v1/sessions`, { bearer: body.access_token });
    const current = list.body.sessions.find((session: { current: boolean }) => session.current);
    expect(current.id).toBe(decodeJwt(body.access_token).sid);
    const end = (id: string) =>
      rekey.call('DELETE', `${issuer}/v1/sessions/${id}`, { bearer: body.access_token });
    expect((await end('01890000-0000-7000-8000-000000000000')).status).toBe(404);
    expect((await end(current.id)).status).toBe(204);
    const after = await rekey.call('GET', `${issuer}/v1/sessions`, { bearer: body.access_token });
    expect([after.status, after.headers.get('www-authenticate')]).toEqual([
      401,
      expect.stringContaining('invalid_token'),
    ]);
    // RFC 6750 §3.1: without a token the challenge has no error.
    const none = await rekey.call('GET', `${issuer}/v1/sessions`);
    expect([none.status, none.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="rekey"']);
  });

  test('too many passwords name the limit that was exceeded, the same for every account', async () => {
    const told = async (identifier: (n: number) => string) => {
      newHousehold();
      for (let n = 0; ; n++) {
        const json = { identifier: identifier(n), password: 'not the horse battery' };
        const answer = await rekey.call('POST', `${issuer}/v1/sessions`, { json });
        if (answer.status !== 429) continue;
        const names = ['retry-after', 'ratelimit', 'ratelimit-policy'];
        return [n, ...names.map((name) => answer.headers.get(name))];
      }
    };
    const known = await told(() => 'mei@example.com');
    expect(known).toEqual([5, '30', '"failures";r=0;t=30', '"failures";q=1;w=30']);
    expect(await told(() => 'nobody.of.them@example.com')).toEqual(known);
    // Another spelling is the same account, and has no further five attempts.
    expect((await told(() => 'MEI\uff20Example.COM'))[0]).toBe(0);
    // One source that tries name after name.
    expect(await told((n) => `nobody.${n}@example.com`)).toEqual([
      30,
      '600',
      '"sign-ins";r=0;t=600',
      '"sign-ins";q=30;w=600',
    ]);
  });

  test('PKCE accepts the challenge of RFC 7636 appendix B [RFC9700 2.1.1]', () => {
    const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
    expect(createHash('sha256').update(verifier).digest('base64url')).toBe(
      'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    );
  });
});
