import { publishedAheadMs } from '@rekey/tokens';
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import * as oauth from 'oauth4webapi';
import { machineClock } from '../runner/machine-clock.js';
import { jwtBearer, secret, tokenExchange } from '../servers/external-provider.js';
import { appOf, type BesideProvider, besideProvider } from './beside-provider.js';
import { PageBrowser } from './page-browser.js';
import { codeIn, newHousehold, stopTokenIn, until } from './rekey.js';
import { signingOf } from './signing.js';

const hour = 3_600_000;
const jwtType = 'urn:ietf:params:oauth:token-type:jwt';
const accessType = 'urn:ietf:params:oauth:token-type:access_token';

/** Credentials from an external authorization server, by settings alone. */
describe('an external issuer', () => {
  let beside: BesideProvider;
  afterAll(() => machineClock.restore());
  afterEach(() => beside.close());

  /** Tables with a row that holds this text. */
  const holding = async (text: string): Promise<string[]> => {
    const tables = await beside.rekey.sql(`select tablename from pg_tables where schemaname = 'public'`);
    const found: string[] = [];
    for (const { tablename } of tables) {
      const query = `select 1 from "${tablename}" t where strpos(t::text, $1) > 0`;
      if ((await beside.rekey.sql(query, [text])).length > 0) found.push(tablename);
    }
    return found;
  };

  test.each([
    ['jwt-bearer', 'client_secret_basic', oauth.ClientSecretBasic(secret)],
    ['token-exchange', 'client_secret_post', oauth.ClientSecretPost(secret)],
  ] as const)("%s with %s: the issuer's tokens work, and older ones end", async (grant, auth, clientAuth) => {
    beside = await besideProvider(grant, auth);
    const { provider, rekey, persons } = beside;
    const ours = (await persons.signIn('kim')).body;
    const older = (await (await beside.proven('kim')).complete()).body;
    const story = await beside.proven('kim');
    const key = { 'idempotency-key': 'of-an-app-that-may-lose-a-response' };
    const { status, body } = await story.complete({}, key);
    expect([status, body]).toEqual([
      201,
      {
        access_token: expect.any(String),
        refresh_token: expect.any(String),
        token_type: 'Bearer',
        expires_in: 600,
        scope: 'openid offline_access',
        recovery_id: story.id,
        // Rekey's own: this is where the recovery completed.
        device_token: expect.any(String),
        ...(grant === 'token-exchange' ? { issued_token_type: accessType } : {}),
      },
    ]);
    const app = await appOf(provider.issuer, `rekey ${auth}`, clientAuth);
    const known = { active: true, sub: 'kim', client_id: `rekey ${auth}` };
    expect(await app.introspect(body.access_token)).toMatchObject(known);
    expect(await app.userInfo(body.access_token)).toEqual({ sub: 'kim' });
    // What another issuer has issued cannot be replaced, and stays.
    expect(await story.complete({}, key)).toMatchObject({ status: 410, body: { state: 'completed' } });
    expect(await app.introspect(body.access_token)).toMatchObject(known);
    const fresh = await app.refresh(body.refresh_token);
    expect(await app.userInfo(fresh.access_token)).toEqual({ sub: 'kim' });

    // Earlier sessions have ended: there by the provider, here by Rekey.
    await expect(app.userInfo(older.access_token)).rejects.toThrow();
    await expect(app.refresh(older.refresh_token)).rejects.toMatchObject({ error: 'invalid_grant' });
    const form = { grant_type: 'refresh_token', refresh_token: ours.refresh_token };
    expect((await rekey.token(form)).body).toMatchObject({ error: 'invalid_grant' });
    expect((await persons.issuer('GET', 'sessions', { bearer: ours.access_token })).status).toBe(401);

    // RFC 7523 §3: for one use and a minute, with the proofs.
    const { assertion, claims } = provider.taken.at(-1) ?? { assertion: '', claims: {} };
    expect(decodeProtectedHeader(assertion)).toEqual({ alg: 'ES256', typ: 'JWT', kid: expect.any(String) });
    expect(claims).toEqual({
      iss: rekey.settings.urls.recovery,
      sub: 'kim',
      aud: provider.issuer,
      jti: expect.stringMatching(/^[\w-]{43}$/),
      iat: expect.any(Number),
      exp: Number(claims.iat) + 60,
      auth_time: expect.any(Number),
      acr: 'urn:rekey:recovery:aal1',
      amr: ['recovery-code-email'],
      client_id: 'default',
      recovery_id: story.id,
    });
    const again =
      grant === 'jwt-bearer'
        ? await app.grant(jwtBearer, { assertion })
        : await app.grant(tokenExchange, { subject_token: assertion, subject_token_type: jwtType });
    expect(again).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    // The assertion opens nothing at our issuer either.
    const here = { grant_type: tokenExchange, subject_token: assertion, subject_token_type: jwtType };
    expect((await rekey.token(here)).body).toMatchObject({ error: 'invalid_request' });
    expect(await holding(story.id)).toContain('recoveries');
    for (const token of [body.access_token, body.refresh_token, assertion])
      expect(await holding(token)).toEqual([]);
  });

  test('private_key_jwt works with the published keys, also through a rotation, for the client of the recovery', async () => {
    beside = await besideProvider('jwt-bearer', 'private_key_jwt', () => ({ KEY_ROTATION_DAYS: '1' }));
    const { provider, rekey, persons } = beside;
    const json = { name: 'App', type: 'public', redirect_uris: [], grants: ['refresh_token'], scopes: [] };
    const put = { bearer: await persons.management(), json };
    expect((await rekey.call('PUT', `${rekey.settings.urls.console}/v1/clients/app`, put)).status).toBe(201);
    const published = async (): Promise<string[]> => {
      const answer = await rekey.call('GET', `${rekey.settings.urls.recovery}/.well-known/jwks.json`);
      expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'public, max-age=300']);
      const known = { kid: expect.any(String), alg: 'ES256', use: 'sig', kty: 'EC', crv: 'P-256' };
      for (const key of answer.body.keys)
        expect(key).toEqual({ ...known, x: expect.any(String), y: expect.any(String) });
      return answer.body.keys.map(({ kid }: { kid: string }) => kid);
    };
    const kids: unknown[] = [];
    const recover = async () => {
      const { status, body } = await (await beside.proven('kim', { client_id: 'app' })).complete();
      expect(status).toBe(201);
      kids.push(decodeProtectedHeader(provider.taken.at(-1)?.assertion ?? '').kid);
      const app = await appOf(provider.issuer, 'app', oauth.None());
      expect(await app.userInfo((await app.refresh(body.refresh_token)).access_token)).toEqual({
        sub: 'kim',
      });
    };
    await recover();
    const before = await published();
    expect(before).toHaveLength(1);
    const signing = await signingOf(rekey);
    machineClock.advance(23 * hour);
    await signing.rotate();
    // Caches of verifiers know it an hour before it signs.
    const after = await published();
    expect(after).toEqual([...before, expect.any(String)]);
    await recover();
    machineClock.advance(publishedAheadMs);
    await recover();
    expect(kids).toEqual([after[0], after[0], after[1]]);
  });

  test('scope, resource and audience are sent as configured; with a configured endpoint no metadata is read', async () => {
    const [api, mail] = ['https://api.example.com', 'https://mail.example.com/box'];
    beside = await besideProvider('token-exchange', 'client_secret_basic', (issuer) => ({
      EXTERNAL_ISSUER_TOKEN_ENDPOINT: `${issuer}/token`,
      EXTERNAL_ISSUER_SCOPE: 'openid offline_access',
      EXTERNAL_ISSUER_RESOURCE: `${api}, ${mail}`,
      EXTERNAL_ISSUER_AUDIENCE: 'shop,post',
    }));
    const { provider } = beside;
    const paths: unknown[] = [];
    provider.before = ({ url }) => {
      paths.push(url);
      return false;
    };
    const { body } = await (await beside.proven('kim')).complete();
    expect(paths).toEqual(['/token']);
    expect(provider.taken[0]?.params).toMatchObject({
      scope: 'openid offline_access',
      resource: [api, mail],
      audience: ['shop', 'post'],
    });
    const keys = createRemoteJWKSet(new URL(`${provider.issuer}/jwks`));
    const expected = {
      issuer: provider.issuer,
      audience: api,
      currentDate: new Date(beside.rekey.clock.now()),
    };
    expect((await jwtVerify(body.access_token, keys, expected)).payload).toMatchObject({ sub: 'kim' });
  });

  test('an app that uses the pages gets an error at once; the pages alone set a local password', async () => {
    beside = await besideProvider('jwt-bearer', 'client_secret_basic');
    const { rekey, persons } = beside;
    const { recovery, issuer, console: management } = rekey.settings.urls;
    const redirect = 'https://shop.example/back';
    const client = { name: 'Shop', type: 'public', redirect_uris: [redirect], scopes: [] };
    const json = { ...client, grants: ['authorization_code'] };
    await rekey.call('PUT', `${management}/v1/clients/shop`, { bearer: await persons.management(), json });
    const browser = new PageBrowser(recovery, newHousehold);
    const asked = { response_type: 'code', client_id: 'shop', redirect_uri: redirect, state: 'abc' };
    const pkce = { code_challenge: 'A'.repeat(43), code_challenge_method: 'S256' };
    const sent = await browser.get(`/recover?${new URLSearchParams({ ...asked, ...pkce })}`);
    const told = new URL(sent.headers.get('location') ?? '');
    expect([sent.status, `${told.origin}${told.pathname}`]).toEqual([303, redirect]);
    expect(Object.fromEntries(told.searchParams)).toEqual({
      error: 'unsupported_response_type',
      error_description: 'tokens come from another issuer here: use the recovery API',
      state: 'abc',
      iss: issuer,
    });

    const form = await browser.get('/recover');
    const code = await browser.submit(form, '/recover', { identifier: 'kim@example.com' });
    const [mail] = await until('a code', async () => {
      const codes = await rekey.codes('kim@example.com');
      return codes.length > 0 ? codes : undefined;
    });
    const fresh = await browser.submit(code, '/recover/code', { code: mail ? codeIn(mail) : '' });
    const password = 'words that nobody puts together';
    const done = await browser.submit(fresh, '/recover/password', { password });
    expect([done.status, done.html]).toEqual([200, expect.stringContaining('Your new password is set')]);
    expect((await persons.signIn('kim', { password })).status).toBe(201);
  });

  test('a stop ends what Rekey gave; the tokens of the external issuer are for it to end', async () => {
    beside = await besideProvider('jwt-bearer', 'client_secret_basic');
    const { provider, rekey, persons } = beside;
    const { body } = await (await beside.proven('kim')).complete({ password: 'a password for a thief' });
    const notice = await rekey.message('kim@example.com', 2);
    expect(notice.text).toContain(
      'Then recover your account yourself. That signs out the person who got in.',
    );
    const browser = new PageBrowser(rekey.settings.urls.recovery, newHousehold);
    await browser.get(`/stop?token=${stopTokenIn(notice)}`);
    const page = await browser.get('/stop');
    expect(page.html).not.toContain('will be signed out');
    const stopped = await browser.submit(page, '/stop', {});
    expect([stopped.status, stopped.html]).toEqual([200, expect.stringContaining('may still be signed in')]);
    expect((await persons.signIn('kim', { password: 'a password for a thief' })).status).toBe(401);
    const app = await appOf(provider.issuer, 'rekey client_secret_basic', oauth.ClientSecretBasic(secret));
    expect(await app.introspect(body.access_token)).toMatchObject({ active: true });
    // The notification names the remedy: recover the account yourself.
    expect((await (await beside.proven('kim')).complete()).status).toBe(201);
    expect(await app.introspect(body.access_token)).toEqual({ active: false });
  });
});
