import { randomBytes } from 'node:crypto';
import type { Database } from '@rekey/database';
import { causeNames, remedies, SigningKeys } from '@rekey/tokens';
import { SignJWT } from 'jose';
import { altered, decode, foreign, parts, withClaims, withHeader } from './altered-tokens.js';
import { password, people } from './people.js';
import { newHousehold, stopTokenIn, until, useRekey } from './rekey.js';
import { Story } from './story.js';

type Tokens = { access_token: string; refresh_token: string };
type Json = Record<string, unknown>;

/** Why a token is not accepted: one cause each, and never a claim of an altered token. */
describe('diagnosis of tokens', () => {
  const rekey = useRekey();
  const who = people(rekey);
  let database: Database;
  let keys: SigningKeys;
  const seen = new Set<string>();
  beforeAll(async () => {
    database = await rekey.openDatabase();
    keys = new SigningKeys(database, rekey.settings.keyring, rekey.clock, rekey.settings.keyPlan);
  });
  beforeEach(() => {
    newHousehold();
    rekey.clock.advance(600_000);
  });

  const management = (scope?: string) => who.management(scope);
  const console_ = async (method: string, path: string, json?: object) =>
    rekey.call(method, `${rekey.settings.urls.console}/v1/${path}`, { bearer: await management(), json });
  const put = (id: string, more: object = {}) => who.put(id, more);
  const signIn = async (id: string): Promise<Tokens> => {
    const answer = await who.signIn(id);
    expect(answer.status).toBe(201);
    return answer.body;
  };
  const refresh = (token: string) =>
    rekey.token({ grant_type: 'refresh_token', client_id: 'default', refresh_token: token });
  const diagnose = async (token: string, more: object = {}) => {
    const url = `${rekey.settings.urls.issuer}/v1/tokens/diagnose`;
    const answer = await rekey.call('POST', url, { bearer: await management(), json: { token, ...more } });
    expect(answer.status).toBe(200);
    seen.add(answer.body.cause);
    expect(remedies).toContain(answer.body.remedy);
    return answer.body as { cause: string; remedy: string; description: string; evidence: Json };
  };
  /** For an ended session: its start and end, who ended it, and the audit event. */
  const ended = async (token: string) => {
    const found = await diagnose(token);
    const { issued_at: issued, revoked_at: revoked, audit_id: id } = found.evidence;
    expect(found.evidence).toMatchObject({ client_id: 'default', session_id: expect.any(String) });
    expect(String(issued) <= String(revoked)).toBe(true);
    const [event] = await rekey.sql('select actor, at from audit_events where id = $1', [id]);
    expect([event.actor, event.at.toISOString()]).toEqual([found.evidence.revoked_by, revoked]);
    return found;
  };

  /** A token with other content, signed by our key. */
  const signed = async (token: string, claims: Json, header: Json = {}) => {
    const key = await keys.signingKey('access_token');
    return new SignJWT({ ...decode(parts(token)[1]), ...claims } as never)
      .setProtectedHeader({ alg: key.alg, typ: 'at+jwt', kid: key.kid, ...header })
      .sign(key.privateKey);
  };
  test.each(altered)('%s: %s, and no claim of it is shown', async (_what, cause, change) => {
    await put('ada-two');
    await console_('PUT', 'accounts/demo-ada', {
      username: 'ada',
      addresses: [{ kind: 'email', value: 'ada@example.com', verified: true }],
      password,
    });
    const { access_token: token } = await signIn('ada-two');
    const result = await diagnose(await change(token, (await signIn('ada')).access_token));
    const { cause: told, remedy, description, evidence } = result;
    expect(told).toBe(cause);
    // The key id is random hex and may spell anything.
    const { token: _kind, kid: _kid, ...shown } = evidence;
    expect(shown).toEqual({});
    expect(`${told} ${remedy} ${description}`).not.toMatch(/ada|demo|admin|example|4000000000/);
    expect(description).toMatch(/^[A-Z].*\.$/);
  });

  const made: [
    what: string,
    cause: string,
    remedy: string,
    make: (token: string) => string | Promise<string>,
  ][] = [
    ['as it was issued', 'none', 'none', (token) => token],
    [
      'of a key that is not ours',
      'unknown_key',
      'sign_in',
      async (token) => foreign(withClaims({ sub: 'x' })(token), {}),
    ],
    [
      'HS256 of somebody',
      'algorithm_not_allowed',
      'fix_client',
      (token) => withHeader({ alg: 'HS256', kid: 'x' })(withClaims({ sub: 'x' })(token)),
    ],
    [
      'an assertion',
      'wrong_type',
      'fix_client',
      (token) => signed(token, {}, { typ: 'recovery-assertion+jwt' }),
    ],
    [
      'of another issuer',
      'wrong_issuer',
      'fix_client',
      (token) => signed(token, { iss: 'https://other.example' }),
    ],
    [
      'for another audience',
      'wrong_audience',
      'fix_client',
      (token) => signed(token, { aud: 'https://other.example' }),
    ],
    [
      'from the future',
      'not_yet_valid',
      'fix_client',
      (token) => {
        const later = Math.floor(rekey.clock.now() / 1000) + 3_600;
        return signed(token, { iat: later, exp: later + 600 });
      },
    ],
    ['with a line break', 'malformed', 'fix_client', (token) => `${token}\n`],
    ['a refresh token of nobody', 'unknown', 'sign_in', () => randomBytes(32).toString('base64url')],
  ];
  test.each(made)('%s: %s, remedy %s', async (_what, cause, remedy, make) => {
    await put('maker');
    const { access_token: token } = await signIn('maker');
    expect(await diagnose(await make(token))).toMatchObject({ cause, remedy });
  });

  test('the audience is compared with the resource that refused the token', async () => {
    await put('resource');
    const { access_token: token } = await signIn('resource');
    expect((await diagnose(token, { audience: 'https://shop.example' })).cause).toBe('wrong_audience');
    expect((await diagnose(token, { audience: rekey.settings.urls.issuer })).cause).toBe('none');
  });

  test('an expired token: how long ago, and whether a refresh helps', async () => {
    await put('late');
    const tokens = await signIn('late');
    rekey.clock.advance(600_000 + 90_000);
    const found = await diagnose(tokens.access_token);
    expect(found).toMatchObject({
      cause: 'expired',
      remedy: 'refresh',
      evidence: { expired_for_seconds: 90 },
    });
    rekey.clock.advance(31 * 86_400_000);
    expect(await diagnose(tokens.access_token)).toMatchObject({
      cause: 'session_expired',
      remedy: 'sign_in',
    });
    expect(await diagnose(tokens.refresh_token)).toMatchObject({
      cause: 'session_expired',
      remedy: 'sign_in',
    });
  });

  test('a refresh token that was rotated, or replayed, and by which client', async () => {
    await put('rotated');
    const first = await signIn('rotated');
    const second = (await refresh(first.refresh_token)).body as Tokens;
    expect(await diagnose(first.refresh_token)).toMatchObject({ cause: 'retired', remedy: 'fix_client' });
    expect((await diagnose(second.refresh_token)).cause).toBe('none');
    rekey.clock.advance(11_000);
    expect((await refresh(first.refresh_token)).status).toBe(400);
    for (const token of [first.refresh_token, second.refresh_token, second.access_token])
      expect(await diagnose(token)).toMatchObject({
        cause: 'replayed',
        remedy: 'sign_in',
        evidence: {
          revoked_by: 'client:default',
          audit_id: expect.any(String),
          revoked_at: expect.any(String),
        },
      });
  });

  test('a revoked token names its cause: owner, client, recovery, stop link, management', async () => {
    await put('revoked');
    const issuer = rekey.settings.urls.issuer;
    const mine = await signIn('revoked');
    const { sid } = decode(parts(mine.access_token)[1]);
    await rekey.call('DELETE', `${issuer}/v1/sessions/${sid}`, { bearer: mine.access_token });
    expect(await ended(mine.access_token)).toMatchObject({
      cause: 'revoked_by_person',
      remedy: 'sign_in',
      evidence: { revoked_by: 'person' },
    });

    const clients = await signIn('revoked');
    await fetch(`${issuer}/oauth2/revoke`, {
      method: 'POST',
      body: new URLSearchParams({ token: clients.refresh_token, client_id: 'default' }),
    });
    expect(await ended(clients.access_token)).toMatchObject({
      cause: 'revoked_by_client',
      evidence: { revoked_by: 'client:default' },
    });

    const before = await signIn('revoked');
    const json = { current_password: password, password: `${password}!` };
    await rekey.call('PUT', `${issuer}/v1/password`, { bearer: before.access_token, json });
    expect(await ended(before.access_token)).toMatchObject({
      cause: 'revoked_by_password_change',
      remedy: 'sign_in',
      evidence: { revoked_by: 'person' },
    });
    rekey.clock.advance(60_000);
    await put('guessed');
    const guessed = await signIn('guessed');
    const guess = { current_password: 'not it', password: `${password}!` };
    for (let n = 0; n < 5; n++)
      await rekey.call('PUT', `${issuer}/v1/password`, { bearer: guessed.access_token, json: guess });
    expect((await ended(guessed.access_token)).cause).toBe('revoked_after_guesses');
    rekey.clock.advance(60_000);
    await put('revoked', { password });

    const older = await signIn('revoked');
    const story = new Story(rekey);
    await story.proveBy('revoked@example.com');
    const completed = await story.complete({ password });
    const found = await ended(older.refresh_token);
    expect(found).toMatchObject({
      cause: 'revoked_by_recovery',
      remedy: 'sign_in',
      evidence: { revoked_by: 'person' },
    });
    const [event] = await rekey.sql('select event, recovery_id from audit_events where id = $1', [
      found.evidence.audit_id,
    ]);
    expect(event).toEqual({ event: 'recovery_completed', recovery_id: story.id });

    const notice = await until('the notice', async () =>
      (await rekey.messages('revoked@example.com')).find(({ text }) => /recovered/.test(text)),
    );
    rekey.clock.advance(60_000);
    await story.stop(stopTokenIn(notice));
    expect(await ended(completed.body.access_token)).toMatchObject({
      cause: 'revoked_by_stop',
      remedy: 'recover',
      evidence: { recovery_id: story.id, revoked_by: 'person' },
    });

    await put('fired');
    const last = await signIn('fired');
    await put('fired', { status: 'disabled' });
    expect(await ended(last.access_token)).toMatchObject({
      cause: 'account_disabled',
      remedy: 'contact_staff',
    });
    await put('fired', { status: 'active' });
    expect(await ended(last.access_token)).toMatchObject({
      cause: 'revoked_by_management',
      evidence: { revoked_by: 'client:management' },
    });
    await console_('DELETE', 'accounts/fired');
    const erased = await ended(last.refresh_token);
    expect(erased).toMatchObject({ cause: 'account_unknown', remedy: 'contact_staff' });
  });

  test("a client's own token names its cause: the client, or the management", async () => {
    const { clientId, clientSecret } = rekey.settings.management;
    const own = await management();
    const revoke = { token: own, client_id: clientId, client_secret: clientSecret };
    const url = `${rekey.settings.urls.issuer}/oauth2/revoke`;
    await fetch(url, { method: 'POST', body: new URLSearchParams(revoke) });
    expect(await diagnose(own)).toMatchObject({ cause: 'revoked_by_client', remedy: 'sign_in' });
    const next = await management();
    rekey.clock.advance(1);
    await console_('DELETE', `clients/${clientId}/tokens`);
    rekey.clock.advance(1);
    expect(await diagnose(next)).toMatchObject({ cause: 'revoked_by_management', remedy: 'contact_staff' });
  });

  test('only callers with the right scope get a diagnosis', async () => {
    await put('curious');
    const { access_token: token } = await signIn('curious');
    const url = `${rekey.settings.urls.issuer}/v1/tokens/diagnose`;
    expect((await rekey.call('POST', url, { json: { token } })).status).toBe(401);
    expect((await rekey.call('POST', url, { json: { token }, bearer: token })).status).toBe(403);
    const narrow = await management('accounts:read');
    expect((await rekey.call('POST', url, { json: { token }, bearer: narrow })).status).toBe(403);
  });

  test('every cause of the closed list is tested, and at least 25 alterations', () => {
    expect([...seen].sort()).toEqual([...causeNames].sort());
    expect(new Set(altered.map(([what]) => what)).size).toBe(altered.length);
    expect(altered.length).toBeGreaterThanOrEqual(25);
  });
});
