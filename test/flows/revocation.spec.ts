import { decode, foreign, parts } from './altered-tokens.js';
import { basic } from './oauth-rows.js';
import { password, people } from './people.js';
import { newHousehold, useRekey } from './rekey.js';
import { Story } from './story.js';

interface Tokens {
  access_token: string;
  refresh_token: string;
  /** The client of the tokens. */
  client: string;
}

const device = 'urn:ietf:params:oauth:grant-type:device_code';

/** RFC 7009 and RFC 7662 to the letter; an ended session counts at once, and no other session ends. */
describe('revocation and introspection', () => {
  const rekey = useRekey();
  const who = people(rekey);
  let batch: { id: string; secret: string };
  beforeAll(async () => {
    batch = { id: 'batch', secret: await putBatch() };
  });
  beforeEach(async () => {
    newHousehold();
    rekey.clock.advance(600_000);
    await manage('PUT', 'clients/app', { name: 'App', type: 'public', grants: ['refresh_token', device] });
    for (const id of ['one', 'two']) await who.put(id, { status: 'active', password });
  });

  const manage = async (method: string, path: string, json?: object) => {
    const url = `${rekey.settings.urls.console}/v1/${path}`;
    const answer = await rekey.call(method, url, { bearer: await who.management(), json });
    expect([200, 201, 204]).toContain(answer.status);
    return answer;
  };
  const putBatch = async (): Promise<string> => {
    const json = { name: 'Batch', type: 'confidential', grants: ['client_credentials'], scopes: ['read'] };
    return (await manage('PUT', 'clients/batch', json)).body.client_secret;
  };
  const post = (path: string, form: Record<string, string>, headers: Record<string, string> = {}) =>
    fetch(`${rekey.settings.urls.issuer}/oauth2/${path}`, {
      method: 'POST',
      headers,
      body: new URLSearchParams(form),
    });
  const asManagement = () =>
    basic(rekey.settings.management.clientId, rekey.settings.management.clientSecret);
  const introspect = async (token: string, headers = asManagement()) => {
    const answer = await post('introspect', { token }, headers);
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store']);
    return answer.text();
  };
  const isActive = async (token: string) => (await introspect(token)) !== '{"active":false}';
  const refresh = ({ refresh_token, client }: Tokens) =>
    rekey.token({ grant_type: 'refresh_token', refresh_token, client_id: client });
  const signIn = async (id: string, client = 'default'): Promise<Tokens> => {
    const answer = await who.signIn(id, { client_id: client });
    expect(answer.status).toBe(201);
    return { ...answer.body, client };
  };
  const ownToken = async (): Promise<string> => {
    const form = { grant_type: 'client_credentials', client_id: batch.id, client_secret: batch.secret };
    return (await rekey.token(form)).body.access_token;
  };
  const sessionOf = ({ access_token: token }: Tokens) => decode(parts(token)[1]).sid;

  type End = (of: Tokens) => Promise<unknown>;
  const ends: [what: string, dead: string[], end: End][] = [
    [
      'its person ends one session',
      ['one at default'],
      (mine) => who.issuer('DELETE', `sessions/${sessionOf(mine)}`, { bearer: mine.access_token }),
    ],
    [
      'its client revokes the refresh token',
      ['one at default'],
      (mine) => post('revoke', { token: mine.refresh_token, token_type_hint: 'refresh_token' }),
    ],
    [
      'its client revokes the access token',
      ['one at default'],
      (mine) => post('revoke', { token: mine.access_token }),
    ],
    [
      'the management ends one session',
      ['one at default'],
      (mine) => manage('DELETE', `accounts/one/tokens/${sessionOf(mine)}`),
    ],
    [
      'the management ends an account',
      ['one at default', 'one at app'],
      () => manage('DELETE', 'accounts/one/tokens'),
    ],
    [
      'an account is disabled',
      ['one at default', 'one at app'],
      () => who.put('one', { status: 'disabled' }),
    ],
    ['an account is deleted', ['one at default', 'one at app'], () => manage('DELETE', 'accounts/one')],
    [
      'the password is changed',
      ['one at default', 'one at app'],
      ({ access_token: bearer }) =>
        who.issuer('PUT', 'password', {
          bearer,
          json: { current_password: password, password: `${password}!` },
        }),
    ],
    [
      'the account is recovered',
      ['one at default', 'one at app'],
      async () => {
        const story = new Story(rekey);
        await story.proveBy('one@example.com');
        expect((await story.complete({ password })).status).toBe(201);
      },
    ],
    [
      'the management ends a client',
      ['one at app', 'two at app'],
      () => manage('DELETE', 'clients/app/tokens'),
    ],
    ['a client is deleted', ['one at app', 'two at app'], () => manage('DELETE', 'clients/app')],
    [
      "a client's own tokens are ended",
      ['own'],
      async () => {
        await manage('DELETE', 'clients/batch/tokens');
        rekey.clock.advance(1);
        expect(await isActive(await ownToken())).toBe(true);
      },
    ],
    [
      'a client is deleted and made again',
      ['own'],
      async () => {
        await manage('DELETE', 'clients/batch');
        rekey.clock.advance(6_000);
        batch.secret = await putBatch();
        expect(await isActive(await ownToken())).toBe(true);
      },
    ],
  ];
  test.each(ends)('%s: at once, and only %j', async (_what, dead, end) => {
    const sessions: Record<string, Tokens> = {
      'one at default': await signIn('one'),
      'one at app': await signIn('one', 'app'),
      'two at default': await signIn('two'),
      'two at app': await signIn('two', 'app'),
    };
    const own = await ownToken();
    rekey.clock.advance(1);
    await end(sessions['one at default'] as Tokens);
    expect(['own', await isActive(own)]).toEqual(['own', !dead.includes('own')]);
    for (const [name, tokens] of Object.entries(sessions)) {
      const lives = !dead.includes(name);
      expect([name, await isActive(tokens.access_token)]).toEqual([name, lives]);
      expect([name, await isActive(tokens.refresh_token)]).toEqual([name, lives]);
      const answer = await refresh(tokens);
      expect([name, answer.status]).toEqual([name, lives ? 200 : expect.any(Number)]);
      if (!lives) expect(['invalid_grant', 'invalid_client']).toContain(answer.body.error);
    }
  });

  test('a recovery can be revoked with its refreshed session and the device that it let in, and nothing else', async () => {
    const story = new Story(rekey);
    await story.proveBy('one@example.com');
    const recovered: Tokens = { ...(await story.complete({ password })).body, client: 'default' };
    const begun = await (await post('device_authorization', { client_id: 'app' })).json();
    const json = { user_code: begun.user_code, decision: 'allow' };
    const allowed = await who.issuer('PUT', 'device_codes', { bearer: recovered.access_token, json });
    expect(allowed.status).toBe(204);
    const let_in = await rekey.token({
      grant_type: device,
      device_code: begun.device_code,
      client_id: 'app',
    });
    const thing: Tokens = { ...let_in.body, client: 'app' };
    const refreshed: Tokens = { ...(await refresh(recovered)).body, client: 'default' };
    const signedIn = await signIn('one');
    await manage('DELETE', `recoveries/${story.id}/tokens`);
    for (const tokens of [refreshed, thing]) {
      expect([await isActive(tokens.access_token), await isActive(tokens.refresh_token)]).toEqual([
        false,
        false,
      ]);
      expect((await refresh(tokens)).body.error).toBe('invalid_grant');
    }
    expect((await refresh(signedIn)).status).toBe(200);
  });

  test("RFC 7009 §2.1: another client's token is refused and stays valid; a confidential client authenticates", async () => {
    const mine = await signIn('one', 'app');
    for (const token of [mine.access_token, mine.refresh_token]) {
      // Without a client_id the request is from the client `default`.
      for (const caller of ['', 'default']) {
        const answer = await post('revoke', { token, client_id: caller });
        expect([answer.status, await answer.json()]).toEqual([
          400,
          { error: 'invalid_grant', error_description: 'the token was issued to another client' },
        ]);
      }
      expect(await isActive(token)).toBe(true);
    }
    const own = await ownToken();
    expect((await post('revoke', { token: own, client_id: batch.id })).status).toBe(401);
    expect(await isActive(own)).toBe(true);
    expect((await post('revoke', { token: own }, basic(batch.id, batch.secret))).status).toBe(200);
    expect(await isActive(own)).toBe(false);
  });

  test('RFC 7009 §2.2: 200 for an invalid token; a hint may be right, wrong or unknown', async () => {
    const expired = await signIn('one');
    rekey.clock.advance(600_000);
    for (const token of [
      'x',
      'a.b.c',
      '\0',
      'é',
      'x'.repeat(50_000),
      await foreign(expired.access_token, {}),
    ]) {
      const answer = await post('revoke', { token });
      expect([token.slice(0, 9), answer.status, await answer.text()]).toEqual([token.slice(0, 9), 200, '']);
    }
    // An expired access token is no longer valid, but its session is.
    expect((await post('revoke', { token: expired.access_token })).status).toBe(200);
    const next: Tokens = { ...(await refresh(expired)).body, client: 'default' };
    expect(await isActive(next.refresh_token)).toBe(true);
    // A rotated refresh token still identifies the session to end.
    for (let n = 0; n < 2; n++)
      expect(
        (await post('revoke', { token: expired.refresh_token, token_type_hint: 'nonsense' })).status,
      ).toBe(200);
    expect(await isActive(next.access_token)).toBe(false);
    for (const [kind, hint] of [
      ['access_token', 'refresh_token'],
      ['refresh_token', 'access_token'],
    ] as const) {
      const tokens = await signIn('one');
      expect((await post('revoke', { token: tokens[kind], token_type_hint: hint })).status).toBe(200);
      expect([await isActive(tokens.access_token), await isActive(tokens.refresh_token)]).toEqual([
        false,
        false,
      ]);
    }
  });

  test('RFC 7662 §2.2: every token that is not valid gets exactly {"active":false}', async () => {
    const stale = await signIn('one');
    rekey.clock.advance(31 * 86_400_000);
    const retired = await signIn('one');
    await refresh(retired);
    const good = await signIn('one');
    const [head, body, signature] = parts(good.access_token);
    const bad = {
      nothing: 'x',
      NUL: '\0',
      'very long': 'y'.repeat(50_000),
      'an expired access token': stale.access_token,
      'a refresh token after an idle month': stale.refresh_token,
      'a retired refresh token': retired.refresh_token,
      'another signature': `${head}.${body}.${signature.replace(/^./, (letter) => (letter === 'A' ? 'B' : 'A'))}`,
      'another key': await foreign(good.access_token, {}),
      'no signature': `${head}.${body}.`,
    };
    for (const [what, token] of Object.entries(bad))
      expect([what, await introspect(token)]).toEqual([what, '{"active":false}']);
    // A refresh token is not for resource servers, so it is not active for them.
    const asBatch = basic(batch.id, batch.secret);
    expect(await introspect(good.refresh_token, asBatch)).toBe('{"active":false}');
    const members = Object.keys(JSON.parse(await introspect(good.access_token, asBatch))).sort();
    expect(members).toEqual(
      ['active', 'token_type', 'sub', 'client_id', 'scope', 'sid', 'iss', 'aud', 'iat', 'exp', 'jti']
        .concat(['auth_time', 'acr', 'amr'])
        .sort(),
    );
    expect((await post('introspect', { token: good.access_token, client_id: 'default' })).status).toBe(401);
    expect((await post('introspect', { token: good.access_token })).status).toBe(401);
  });
});
