import * as client from 'openid-client';
import { decode, parts } from './altered-tokens.js';
import { type Others, redirectUri, startOthers } from './other-clients.js';

/** openid-client, unchanged: a library of many apps, used as its documentation says. */
describe('openid-client', () => {
  let others: Others;
  let sent: string[] = [];
  /** Runs while the library waits to poll again. */
  let meanwhile: () => Promise<void> = async () => undefined;
  beforeAll(async () => {
    others = await startOthers();
  });
  afterAll(() => others.rekey.close());
  beforeEach(() => {
    others.rekey.clock.advance(600_000);
    sent = [];
    meanwhile = async () => undefined;
  });

  const discover = (id: string, secret?: string, auth?: client.ClientAuth) =>
    client.discovery(new URL(others.rekey.settings.urls.issuer), id, secret, auth, {
      algorithm: 'oauth2',
      execute: [client.allowInsecureRequests],
      [client.customFetch]: async (url, init) => {
        sent.push(new URL(url).pathname);
        if (init.method === 'POST') await meanwhile();
        return fetch(url, init as RequestInit);
      },
    });
  const signIn = (id: string) => others.signIn(id);
  const errorOf = (work: Promise<unknown>) =>
    work.then(
      () => undefined,
      (fault: { error?: string; code?: string }) => fault.error ?? fault.code,
    );

  test('discovery, then client credentials: by default, by header, by form', async () => {
    const { id, secret } = others.odd;
    const ways = [undefined, client.ClientSecretBasic(secret), client.ClientSecretPost(secret)];
    for (const way of ways) {
      const config = await discover(id, secret, way);
      expect(config.serverMetadata()).toMatchObject({
        issuer: others.rekey.settings.urls.issuer,
        token_endpoint: `${others.rekey.settings.urls.issuer}/oauth2/token`,
      });
      expect(config.serverMetadata().supportsPKCE()).toBe(true);
      const tokens = await client.clientCredentialsGrant(config, { scope: 'tokens:read' });
      expect(tokens).toMatchObject({ token_type: 'bearer', scope: 'tokens:read' });
      // A moment later by the clock of the library.
      expect(tokens.expiresIn()).toBeGreaterThan(570);
      expect(tokens.expires_in).toBe(600);
    }
    expect(sent[0]).toBe('/.well-known/oauth-authorization-server');
    const wrong = await discover(id, 'wrong');
    expect(await errorOf(client.clientCredentialsGrant(wrong))).toBe('OAUTH_WWW_AUTHENTICATE_CHALLENGE');
  });

  test('a refresh with rotation, introspection, revocation', async () => {
    const web = await discover('web', others.webSecret);
    const management = await discover(others.odd.id, others.odd.secret);
    const spa = await discover('spa', undefined, client.None());
    for (const [config, id] of [
      [web, 'web'],
      [spa, 'spa'],
    ] as const) {
      const first = await signIn(id);
      const second = await client.refreshTokenGrant(config, first.refresh_token, { scope: 'account' });
      expect([second.scope, second.refresh_token]).toEqual([
        'account',
        expect.not.stringMatching(first.refresh_token),
      ]);
      const introspected = await client.tokenIntrospection(management, second.access_token);
      expect(introspected).toMatchObject({ active: true, sub: 'reader', client_id: id, scope: 'account' });
      const other = id === 'web' ? spa : web;
      const token = second.refresh_token ?? '';
      expect(await errorOf(client.refreshTokenGrant(other, token))).toBe('invalid_grant');
      expect(await errorOf(client.tokenRevocation(other, token))).toBe('invalid_grant');
      await client.tokenRevocation(config, token, { token_type_hint: 'access_token' });
      expect(await client.tokenIntrospection(management, second.access_token)).toEqual({ active: false });
      expect(await errorOf(client.refreshTokenGrant(config, token))).toBe('invalid_grant');
    }
    // A client may introspect its own refresh token, but not those of others.
    const mine = (await signIn('web')).refresh_token;
    const theirs = (await signIn('spa')).refresh_token;
    expect(await client.tokenIntrospection(web, mine)).toMatchObject({ active: true, client_id: 'web' });
    expect(await client.tokenIntrospection(web, theirs)).toEqual({ active: false });
  });

  test('the device grant polls until a person allows or denies the device', async () => {
    const tv = await discover('tv', undefined, client.None());
    const walk = async (decision: 'allow' | 'deny' | undefined) => {
      const begun = await client.initiateDeviceAuthorization(tv, { scope: 'orders' });
      expect(begun).toMatchObject({ expires_in: 600, interval: 5 });
      let questions = 0;
      meanwhile = async () => {
        questions += 1;
        others.rekey.clock.advance(decision ? 5_000 : 300_001);
        if (questions === 3 && decision) await others.decide('reader', begun.user_code, decision);
      };
      // The test advances its clock in place of sleeping.
      const polled = client.pollDeviceAuthorizationGrant(tv, { ...begun, interval: 0 });
      const outcome = await polled.catch(({ error }: client.ResponseBodyError) => error);
      meanwhile = async () => undefined;
      return { outcome, questions };
    };
    expect(await walk('allow')).toMatchObject({
      outcome: { token_type: 'bearer', scope: 'orders' },
      questions: 3,
    });
    expect(await walk('deny')).toEqual({ outcome: 'access_denied', questions: 3 });
    expect(await walk(undefined)).toEqual({ outcome: 'expired_token', questions: 2 });
  });

  test.each(['spa', 'web'])(
    'the authorization code of the hosted pages, for %s: PKCE, state and iss',
    async (id) => {
      const config = await discover(
        id,
        id === 'web' ? others.webSecret : undefined,
        id === 'web' ? undefined : client.None(),
      );
      const pkceCodeVerifier = client.randomPKCECodeVerifier();
      const expectedState = client.randomState();
      const authorization = client.buildAuthorizationUrl(config, {
        redirect_uri: redirectUri,
        scope: 'account',
        state: expectedState,
        code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
        code_challenge_method: 'S256',
      });
      const back = await others.recoverThrough(authorization, 'reader');
      const checks = { pkceCodeVerifier, expectedState };
      const forged = new URL(back);
      forged.searchParams.set('iss', 'https://issuer.example');
      expect(await errorOf(client.authorizationCodeGrant(config, forged, checks))).toBe(
        'OAUTH_INVALID_RESPONSE',
      );
      const tokens = await client.authorizationCodeGrant(config, back, checks);
      expect(decode(parts(tokens.access_token)[1])).toMatchObject({
        sub: 'reader',
        client_id: id,
        acr: 'urn:rekey:recovery:aal1',
      });
      expect(tokens.id_token).toBeUndefined();
      expect((await client.refreshTokenGrant(config, tokens.refresh_token ?? '')).access_token).toBeDefined();
    },
  );
});
