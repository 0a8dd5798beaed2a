import * as oauth from 'oauth4webapi';
import { decode, parts } from './altered-tokens.js';
import { type Others, redirectUri, startOthers } from './other-clients.js';

/** oauth4webapi, unchanged, against the issuer: the library checks conformance. */
describe('oauth4webapi', () => {
  let others: Others;
  let as: oauth.AuthorizationServer;
  const insecure = { [oauth.allowInsecureRequests]: true } as const;
  beforeAll(async () => {
    others = await startOthers();
    const issuer = new URL(others.rekey.settings.urls.issuer);
    const response = await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...insecure });
    as = await oauth.processDiscoveryResponse(issuer, response);
  });
  afterAll(() => others.rekey.close());
  beforeEach(() => others.rekey.clock.advance(600_000));

  const spa: oauth.Client = { client_id: 'spa' };
  const tv: oauth.Client = { client_id: 'tv' };
  const none = oauth.None();
  const management = (): oauth.Client => ({ client_id: others.odd.id });
  const signIn = (client: oauth.Client) => others.signIn(client.client_id);
  const refresh = async (client: oauth.Client, auth: oauth.ClientAuth, token: string) =>
    oauth.processRefreshTokenResponse(
      as,
      client,
      await oauth.refreshTokenGrantRequest(as, client, auth, token, insecure),
    );
  const introspect = async (token: string) => {
    const auth = oauth.ClientSecretBasic(others.odd.secret);
    const response = await oauth.introspectionRequest(as, management(), auth, token, insecure);
    return oauth.processIntrospectionResponse(as, management(), response);
  };
  const revoke = async (client: oauth.Client, auth: oauth.ClientAuth, token: string) =>
    oauth.processRevocationResponse(await oauth.revocationRequest(as, client, auth, token, insecure));
  /** The error of RFC 6749 §5.2, as the library reads it. */
  const errorOf = async (work: Promise<unknown>) => {
    const fault = await work.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (fault instanceof oauth.ResponseBodyError) return fault.error;
    if (fault instanceof oauth.WWWAuthenticateChallengeError)
      return fault.cause.map(({ scheme }) => scheme).join();
    return fault;
  };

  test('discovery (RFC 8414 §3) finds the expected issuer, and refuses another', async () => {
    expect(as.issuer).toBe(others.rekey.settings.urls.issuer);
    const response = await oauth.discoveryRequest(new URL(as.issuer), { algorithm: 'oauth2', ...insecure });
    const other = oauth.processDiscoveryResponse(new URL('https://issuer.example'), response);
    await expect(other).rejects.toMatchObject({ code: oauth.JSON_ATTRIBUTE_COMPARISON });
  });

  test.each([
    ['client_secret_basic', oauth.ClientSecretBasic],
    ['client_secret_post', oauth.ClientSecretPost],
  ])('client credentials by %s, with an id and a secret that need encoding', async (_method, by) => {
    const ask = async (secret: string, parameters: Record<string, string> = {}) => {
      const response = await oauth.clientCredentialsGrantRequest(
        as,
        management(),
        by(secret),
        parameters,
        insecure,
      );
      return oauth.processClientCredentialsResponse(as, management(), response);
    };
    const tokens = await ask(others.odd.secret, { scope: 'tokens:read' });
    expect(tokens).toMatchObject({ token_type: 'bearer', expires_in: 600, scope: 'tokens:read' });
    expect(tokens.refresh_token).toBeUndefined();
    expect(decode(parts(tokens.access_token)[1]).sub).toBe(others.odd.id);
    expect(await errorOf(ask(`${others.odd.secret} `))).toBe('basic');
    expect(await errorOf(ask(others.odd.secret, { scope: 'root' }))).toBe('invalid_scope');
  });

  test('a refresh rotates, for a public client and one with a secret', async () => {
    const clients: [oauth.Client, oauth.ClientAuth][] = [
      [spa, none],
      [{ client_id: 'web' }, oauth.ClientSecretBasic(others.webSecret)],
    ];
    for (const [client, auth] of clients) {
      const first = await signIn(client);
      const second = await refresh(client, auth, first.refresh_token);
      expect(second.refresh_token).not.toBe(first.refresh_token);
      expect((await refresh(client, auth, first.refresh_token)).refresh_token).toBe(second.refresh_token);
      others.rekey.clock.advance(10_001);
      expect(await errorOf(refresh(client, auth, first.refresh_token))).toBe('invalid_grant');
      expect(await errorOf(refresh(client, auth, second.refresh_token ?? ''))).toBe('invalid_grant');
    }
  });

  test('introspection before and after the revocation of each token', async () => {
    for (const kind of ['access_token', 'refresh_token'] as const) {
      const tokens = await signIn(spa);
      expect(await introspect(tokens.access_token)).toMatchObject({
        active: true,
        token_type: 'Bearer',
        sub: 'reader',
        client_id: 'spa',
        iss: as.issuer,
      });
      expect(await introspect(tokens.refresh_token)).toMatchObject({ active: true, sub: 'reader' });
      expect(await errorOf(revoke(tv, none, tokens[kind]))).toBe('invalid_grant');
      expect(await revoke(spa, none, tokens[kind])).toBeUndefined();
      expect(await introspect(tokens.access_token)).toEqual({ active: false });
      expect(await introspect(tokens.refresh_token)).toEqual({ active: false });
      expect(await errorOf(refresh(spa, none, tokens.refresh_token))).toBe('invalid_grant');
    }
    // Signed introspection (RFC 9701) is not offered: a client that asks for it gets none, and the metadata does not claim it.
    expect(as.introspection_signing_alg_values_supported).toBeUndefined();
    const signed = { requestJwtResponse: true, ...insecure };
    const auth = oauth.ClientSecretPost(others.odd.secret);
    const response = await oauth.introspectionRequest(as, management(), auth, 'x', signed);
    expect(response.status).toBe(406);
  });

  test('the device grant: pending, too fast, allowed, denied, expired', async () => {
    const begin = async () => {
      const response = await oauth.deviceAuthorizationRequest(as, tv, none, { scope: 'orders' }, insecure);
      return oauth.processDeviceAuthorizationResponse(as, tv, response);
    };
    const poll = async (code: string) =>
      oauth.processDeviceCodeResponse(
        as,
        tv,
        await oauth.deviceCodeGrantRequest(as, tv, none, code, insecure),
      );
    const { clock } = others.rekey;
    const first = await begin();
    expect(await errorOf(poll(first.device_code))).toBe('authorization_pending');
    clock.advance(Number(first.interval) * 1000 - 1);
    expect(await errorOf(poll(first.device_code))).toBe('slow_down');
    await others.decide('reader', first.user_code, 'allow');
    expect(await poll(first.device_code)).toMatchObject({ token_type: 'bearer', scope: 'orders' });
    expect(await errorOf(poll(first.device_code))).toBe('invalid_grant');
    const second = await begin();
    await others.decide('reader', second.user_code, 'deny');
    expect(await errorOf(poll(second.device_code))).toBe('access_denied');
    const third = await begin();
    clock.advance(third.expires_in * 1000);
    expect(await errorOf(poll(third.device_code))).toBe('expired_token');
  });

  test('the authorization code of the hosted pages: iss and state are validated, PKCE redeems it once [RFC9700 4.5]', async () => {
    const verifier = oauth.generateRandomCodeVerifier();
    const state = oauth.generateRandomState();
    const authorization = new URL(as.authorization_endpoint ?? '');
    authorization.search = new URLSearchParams({
      response_type: 'code',
      client_id: 'spa',
      redirect_uri: redirectUri,
      state,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    }).toString();
    const back = await others.recoverThrough(authorization, 'reader');
    expect(`${back.origin}${back.pathname}`).toBe(redirectUri);
    expect(as.authorization_response_iss_parameter_supported).toBe(true);
    expect(() => oauth.validateAuthResponse(as, spa, back, 'another')).toThrow('state');
    expect(() =>
      oauth.validateAuthResponse({ ...as, issuer: 'https://x.example' }, spa, back, state),
    ).toThrow('iss');
    const redeem = async (proof: string) => {
      const parameters = oauth.validateAuthResponse(as, spa, back, state);
      const response = await oauth.authorizationCodeGrantRequest(
        as,
        spa,
        none,
        parameters,
        redirectUri,
        proof,
        insecure,
      );
      return oauth.processAuthorizationCodeResponse(as, spa, response);
    };
    expect(await errorOf(redeem(oauth.generateRandomCodeVerifier()))).toBe('invalid_grant');
    const tokens = await redeem(verifier);
    expect(decode(parts(tokens.access_token)[1])).toMatchObject({ sub: 'reader', client_id: 'spa' });
    expect(await introspect(tokens.access_token)).toMatchObject({ active: true });
    // A replayed code has leaked: the session that it gave ends, and the audit names the caller.
    expect(await errorOf(redeem(verifier))).toBe('invalid_grant');
    expect(await introspect(tokens.access_token)).toEqual({ active: false });
    const rows = await others.rekey.sql(
      `select actor, at, account_id, detail->>'reason' as reason from audit_events where event = 'authn_token_reuse' and detail->>'session' = $1`,
      [decode(parts(tokens.access_token)[1]).sid],
    );
    const at = new Date(others.rekey.clock.now());
    expect(rows).toEqual([{ actor: 'client:spa', at, account_id: 'reader', reason: 'reuse' }]);
  });

  test('a token of a client never acts as a person, also where an account has the same id [RFC9700 4.15]', async () => {
    await others.who.put('web');
    const web = { client_id: 'web' };
    const auth = oauth.ClientSecretBasic(others.webSecret);
    const response = await oauth.clientCredentialsGrantRequest(as, web, auth, {}, insecure);
    const { access_token: bearer } = await oauth.processClientCredentialsResponse(as, web, response);
    expect(decode(parts(bearer)[1])).toMatchObject({ sub: 'web', client_id: 'web' });
    for (const [method, path] of [
      ['GET', 'sessions'],
      ['GET', 'authenticators'],
      ['PUT', 'password'],
      ['PUT', 'device_codes'],
    ] as const)
      expect([
        path,
        (await others.who.issuer(method, path, { bearer, json: method === 'PUT' ? {} : undefined })).status,
      ]).toEqual([path, 401]);
  });

  test('an access token is accepted as RFC 9068, for its own audience only', async () => {
    const { access_token: token } = await signIn(spa);
    const validate = (audience: string, given = token) => {
      const request = new Request('https://api.example/', { headers: { authorization: `Bearer ${given}` } });
      return oauth.validateJwtAccessToken(as, request, audience, {
        [oauth.clockSkew]: others.skew(),
        ...insecure,
      });
    };
    expect(await validate(as.issuer)).toMatchObject({ sub: 'reader', client_id: 'spa', iss: as.issuer });
    await expect(validate('https://shop.example')).rejects.toThrow('aud');
    // The library tolerates half a minute.
    others.rekey.clock.advance(631_000);
    await expect(validate(as.issuer)).rejects.toThrow('exp');
  });
});
