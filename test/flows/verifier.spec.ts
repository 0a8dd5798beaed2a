import { execFile } from 'node:child_process';
import { createVerifier, type Verdict, type VerifierCause, type VerifierOptions } from '@rekey/client';
import { SignJWT } from 'jose';
import * as oauth from 'oauth4webapi';
import { freePort } from '../runner/free-port.js';
import { forgedTokens } from '../security/fuzz/forged-jwt.js';
import { altered, decode, foreign, parts } from './altered-tokens.js';
import { people } from './people.js';
import { newHousehold, useRekey } from './rekey.js';
import { signingOf } from './signing.js';

/** What a resource server can find out about a token by itself, and the challenge of its response. */
describe('the verifier of resource servers', () => {
  const rekey = useRekey();
  const who = people(rekey);
  let signing: Awaited<ReturnType<typeof signingOf>>;
  let token: string;
  let refreshToken: string;
  let apiSecret: string;
  let fetched: string[] = [];
  let cut = false;
  beforeAll(async () => {
    signing = await signingOf(rekey);
    for (const id of ['reader', 'other']) await who.put(id);
    const url = `${rekey.settings.urls.console}/v1/clients/api`;
    const json = { name: 'API', type: 'confidential', grants: ['client_credentials'] };
    apiSecret = (await rekey.call('PUT', url, { bearer: await who.management(), json })).body.client_secret;
  });
  beforeEach(async () => {
    newHousehold();
    rekey.clock.advance(3_600_000);
    fetched = [];
    cut = false;
    const session = (await who.signIn('reader')).body;
    token = session.access_token;
    refreshToken = session.refresh_token;
  });

  const watching: typeof fetch = (input, init) => {
    fetched.push(new URL(String(input)).pathname);
    return cut ? Promise.reject(new TypeError('fetch failed')) : fetch(input, init);
  };
  const open = (more: Partial<VerifierOptions> = {}) =>
    createVerifier({
      issuer: rekey.settings.urls.issuer,
      audience: rekey.settings.urls.issuer,
      fetch: watching,
      now: () => rekey.clock.now(),
      ...more,
    });
  /** The challenge, as a third-party client reads it. */
  const read = async (verdict: Verdict): Promise<oauth.WWWAuthenticateChallengeParameters> => {
    if (verdict.ok) throw new Error('it was taken');
    const headers = { 'www-authenticate': verdict.challenge ?? '' };
    const request = oauth.protectedResourceRequest(
      'x',
      'GET',
      new URL('http://localhost/'),
      undefined,
      undefined,
      {
        [oauth.allowInsecureRequests]: true,
        [oauth.customFetch]: async () => new Response('', { status: verdict.status, headers }),
      },
    );
    const fault = await request.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (!(fault instanceof oauth.WWWAuthenticateChallengeError))
      throw new Error(`no challenge: ${String(fault)}`);
    const [challenge] = fault.cause;
    expect([fault.cause.length, challenge?.scheme]).toEqual([1, 'bearer']);
    return challenge?.parameters ?? {};
  };

  test('valid tokens are accepted, with one request for the keys', async () => {
    const verify = open();
    const verdicts = await Promise.all(Array.from({ length: 50 }, () => verify(`Bearer ${token}`)));
    for (const verdict of verdicts)
      expect(verdict).toMatchObject({ ok: true, claims: { sub: 'reader', client_id: 'default' } });
    expect(fetched).toEqual(['/.well-known/oauth-authorization-server', '/oauth2/jwks']);
    expect((await verify(`bearer  ${token} `)).ok).toBe(true);
  });

  const local: Record<string, VerifierCause> = {
    payload_altered: 'altered',
    signature_altered: 'altered',
    malformed: 'malformed',
  };
  const headers: Record<string, VerifierCause> = {
    'alg none': 'algorithm_not_allowed',
    'alg none without a signature': 'algorithm_not_allowed',
    'alg HS256, for the public key as a secret': 'algorithm_not_allowed',
    'another type': 'wrong_type',
    'one more header': 'altered',
    'another key id': 'unknown_key',
    'a key of its own in the header': 'altered',
    'another algorithm of the same kind': 'algorithm_not_allowed',
    'an extension that must be understood': 'altered',
    'the same header in another order': 'altered',
    'a payload that is no JSON': 'malformed',
    'spaces in it': 'invalid_request' as VerifierCause,
  };
  test.each(altered)('%s: refused, and the challenge says why', async (what, cause, change) => {
    const changed = await change(token, (await who.signIn('other')).body.access_token);
    const verdict = await open()(`Bearer ${changed}`);
    const expected = headers[what] ?? local[cause];
    expect(verdict).toMatchObject({
      ok: false,
      cause: expected,
      status: expected === 'invalid_request' ? 400 : 401,
    });
    const challenge = await read(verdict);
    expect(challenge.error).toBe(expected === 'invalid_request' ? 'invalid_request' : 'invalid_token');
    expect(challenge.error_description?.length).toBeGreaterThan(20);
  });

  test('no token, another scheme, a refresh token, a foreign key and another resource are refused', async () => {
    const verify = open();
    for (const nothing of [undefined, null, '', 'Basic YTpi']) {
      const verdict = await verify(nothing);
      expect(verdict).toEqual({ ok: false, status: 401, cause: 'missing', challenge: 'Bearer realm="api"' });
    }
    const causeOf = async (given: string, options: Partial<VerifierOptions> = {}) => {
      const verdict = await open(options)(`Bearer ${given}`);
      return verdict.ok ? 'none' : verdict.cause;
    };
    expect(await causeOf(refreshToken)).toBe('refresh_token');
    expect(await causeOf(await foreign(token, {}))).toBe('unknown_key');
    expect(await causeOf(token, { audience: 'https://shop.example' })).toBe('wrong_audience');
    const key = await signing.signingKey('access_token');
    const signed = (more: object) =>
      new SignJWT({ ...decode(parts(token)[1]), ...more } as never)
        .setProtectedHeader({ alg: key.alg, typ: 'at+jwt', kid: key.kid })
        .sign(key.privateKey);
    expect(await causeOf(await signed({ iss: 'https://other.example' }))).toBe('wrong_issuer');
    const later = Math.floor(rekey.clock.now() / 1000) + 3_600;
    expect(await causeOf(await signed({ iat: later, exp: later + 60 }))).toBe('not_yet_valid');
    expect(await causeOf(await signed({ exp: undefined }))).toBe('expired');
  });

  test('an expired token says for how long; revocation counts at once where the issuer is asked', async () => {
    const asks = open({ introspection: { clientId: 'api', clientSecret: apiSecret } });
    expect((await asks(`Bearer ${token}`)).ok).toBe(true);
    const { sid } = decode(parts(token)[1]);
    await who.issuer('DELETE', `sessions/${sid}`, { bearer: token });
    expect(await asks(`Bearer ${token}`)).toMatchObject({ ok: false, cause: 'ended', status: 401 });
    expect((await open()(`Bearer ${token}`)).ok).toBe(true);
    rekey.clock.advance(690_000);
    const challenge = await read(await open()(`Bearer ${token}`));
    expect(challenge.error_description).toBe('the token expired 90 s ago: renew it with the refresh token');
  });

  test('a missing scope is a 403 that names it; a stale or weak sign-in gets how fresh and strong it must be', async () => {
    const verify = open();
    const scoped = await verify(`Bearer ${token}`, { scope: 'account admin' });
    expect(scoped).toMatchObject({ status: 403, cause: 'insufficient_scope' });
    expect(await read(scoped)).toMatchObject({ error: 'insufficient_scope', scope: 'account admin' });
    expect((await verify(`Bearer ${token}`, { scope: 'account', maxAge: 60 })).ok).toBe(true);
    rekey.clock.advance(120_000);
    const acr = ['urn:rekey:password:aal2'];
    const stale = await verify(`Bearer ${token}`, { maxAge: 60, acr });
    expect(await read(stale)).toMatchObject({
      error: 'insufficient_user_authentication',
      max_age: '60',
      acr_values: 'urn:rekey:password:aal2',
    });
  });

  test('works through a key rotation; without keys nothing is accepted; invented key ids do not burden the issuer', async () => {
    const verify = open();
    expect((await verify(`Bearer ${token}`)).ok).toBe(true);
    const kids = new Set<unknown>();
    for (let day = 0; day < 35; day++) {
      rekey.clock.advance(86_400_000);
      await signing.rotate();
      const session = (await who.signIn('reader')).body;
      await rekey.token({
        grant_type: 'refresh_token',
        client_id: 'default',
        refresh_token: session.refresh_token,
      });
      kids.add(decode(parts(session.access_token)[0]).kid);
      expect((await verify(`Bearer ${session.access_token}`)).ok).toBe(true);
      token = session.access_token;
    }
    expect(kids.size).toBe(2);
    const before = fetched.length;
    for (let n = 0; n < 200; n++) {
      const verdict = await verify(`Bearer ${await foreign(token, { kid: `invented-${n}` })}`);
      expect(verdict).toMatchObject({ ok: false, cause: 'unknown_key' });
    }
    expect(fetched.length - before).toBeLessThanOrEqual(2);
    cut = true;
    rekey.clock.advance(60_000);
    expect((await verify(`Bearer ${token}`)).ok).toBe(true);
    expect(await open()(`Bearer ${token}`)).toEqual({ ok: false, status: 503, cause: 'issuer_away' });
  });

  test('no forged token is a fault of the server: it is inactive, unauthorized or malformed', async () => {
    const { issuer } = rekey.settings.urls;
    const basic = { authorization: `Basic ${btoa(`api:${apiSecret}`)}` };
    const bearer = await who.management();
    const posted = async (path: string, form: Record<string, string>) => {
      const response = await fetch(`${issuer}${path}`, {
        method: 'POST',
        headers: basic,
        body: new URLSearchParams(form),
      });
      return { status: response.status, body: await response.json() };
    };
    const forged = forgedTokens(token);
    const form = { subject_token_type: 'urn:ietf:params:oauth:token-type:jwt', client_id: 'default' };
    const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange';
    const ways: [
      string,
      (one: string) => Promise<{ status: number; body: unknown }>,
      (body: never) => unknown,
    ][] = [
      [
        'introspect',
        (one) => posted('/oauth2/introspect', { token: one }),
        (said: { active: boolean }) => said.active === false,
      ],
      [
        'diagnose',
        (one) => rekey.call('POST', `${issuer}/v1/tokens/diagnose`, { bearer, json: { token: one } }),
        (said: { cause: string }) => said.cause !== 'none',
      ],
      [
        'bearer',
        // A longer header is refused before anybody reads it.
        (one) => rekey.call('GET', `${issuer}/v1/sessions`, { bearer: one.slice(0, 8_000) }),
        (said: { code: string }) => said.code === 'unauthorized',
      ],
      [
        'exchange',
        (one) => rekey.token({ grant_type: exchange, subject_token: one, ...form }),
        (said: { error: string }) => said.error !== undefined,
      ],
    ];
    const wrong: unknown[] = [];
    for (const one of forged)
      await Promise.all(
        ways.map(async ([way, ask, isRefused]) => {
          const answer = await ask(one);
          if (answer.status >= 500 || !isRefused(answer.body as never))
            wrong.push({ way, token: one.slice(0, 200), status: answer.status, body: answer.body });
        }),
      );
    expect(forged.length).toBeGreaterThan(200);
    expect(wrong).toEqual([]);
  });

  test('the command npm run tokens -- diagnose gives the same causes', async () => {
    const { urls, management, dataDir } = rekey.settings;
    const said = (args: string[], stdin = '', environment: Record<string, string> = {}) =>
      new Promise<{ code: number; out: string; err: string }>((resolve) => {
        const env = {
          PATH: process.env.PATH,
          REKEY_DATA_DIR: dataDir,
          ISSUER_URL: urls.issuer,
          MANAGEMENT_CLIENT_ID: management.clientId,
          MANAGEMENT_CLIENT_SECRET: management.clientSecret,
          ...environment,
        };
        const child = execFile(
          process.execPath,
          ['dist/apps/console/src/tokens-command.js', ...args],
          { env },
          (fault, out, err) => resolve({ code: Number(fault?.code ?? 0), out, err }),
        );
        child.stdin?.end(stdin);
      });
    const good = await said(['diagnose', token, '--json']);
    expect([good.code, JSON.parse(good.out).cause]).toEqual([0, 'none']);
    const inside = { ISSUER_URL: 'https://id.rekey.invalid', ISSUER_INTERNAL_URL: urls.issuer };
    const piped = await said(['diagnose', '-', '--audience', 'https://shop.example'], `${token}\n`, inside);
    expect(piped.code).toBe(2);
    expect(piped.out).toMatch(
      /^cause +wrong_audience\n +It is meant for another resource\.\nremedy +fix_client\n/,
    );
    expect(piped.out).toMatch(/\naccount id +reader\n/);
    const usage = await said(['explain', token]);
    expect([usage.code, usage.err]).toEqual([
      1,
      expect.stringMatching(/^rekey tokens: usage: npm run tokens/),
    ]);
    const away = await said(['diagnose', token], '', { ISSUER_URL: `http://127.0.0.1:${await freePort()}` });
    expect([away.code, away.err]).toEqual([1, expect.stringMatching(/nothing responds at ISSUER_URL/)]);
  });
});
