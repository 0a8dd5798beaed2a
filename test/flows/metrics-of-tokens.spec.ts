import { password } from './people.js';
import { newHousehold } from './rekey.js';
import { metricsOf } from './scrape.js';
import { type MeasuredRekey, metricsToken, startMeasured } from './telemetry.js';

const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';

/** A story in steps; each step changes exactly these counters. */
describe('metrics of tokens', () => {
  let watched: MeasuredRekey;
  let rekey: MeasuredRekey['rekey'];
  let who: MeasuredRekey['who'];
  let step: MeasuredRekey['step'];
  let signIn: MeasuredRekey['signIn'];
  beforeAll(async () => {
    watched = await startMeasured();
    ({ rekey, who, step, signIn } = watched);
    for (const id of ['tom', 'ann', 'kim']) await who.put(id);
    await who.put('boss', { roles: ['admin'] });
    await watched.putClient('tv', { grants: [deviceGrant, 'refresh_token'] });
    await watched.putClient('app', { grants: ['refresh_token'] });
  });
  afterAll(() => rekey.close());
  beforeEach(() => {
    newHousehold();
  });

  const refresh = (token: string, client = 'default') =>
    rekey.token({ grant_type: 'refresh_token', refresh_token: token, client_id: client });

  test('sign-in, refresh, retry and theft', async () => {
    let tokens = { refresh_token: '' };
    await step('a wrong password', () => who.signIn('tom', { password: 'not it at all' }), {
      'sign_ins_total{outcome="failure",client="default"}': 1,
    });
    const begun = { 'sign_ins_total{outcome="success",client="default"}': 1 };
    await step(
      'a right one',
      async () => {
        tokens = await signIn('tom');
      },
      { ...begun, 'tokens_issued_total{grant="sign_in",role="ordinary",client="default"}': 1 },
    );
    await step('a person of the staff', () => signIn('boss'), {
      ...begun,
      'tokens_issued_total{grant="sign_in",role="staff",client="default"}': 1,
    });
    let successor = '';
    await step(
      'a refresh',
      async () => {
        successor = (await refresh(tokens.refresh_token)).body.refresh_token;
      },
      { 'tokens_refreshed_total{outcome="rotated",cause="none",client="default"}': 1 },
    );
    await step('a retry of it', () => refresh(tokens.refresh_token), {
      'tokens_refreshed_total{outcome="retried",cause="none",client="default"}': 1,
    });
    await step('another client with it', () => refresh(successor, 'app'), {
      'tokens_refreshed_total{outcome="refused",cause="other_client",client="app"}': 1,
    });
    rekey.clock.advance(11_000);
    await step('a thief', () => refresh(tokens.refresh_token), {
      'sessions_ended_total{reason="reuse"}': 1,
      'tokens_refreshed_total{outcome="refused",cause="reuse",client="default"}': 1,
      'tokens_reused_total{token_type="refresh_token"}': 1,
    });
    await step('what is left of the session', () => refresh(successor), {
      'tokens_refreshed_total{outcome="refused",cause="ended",client="default"}': 1,
    });
    await step('an invented token', () => refresh('x'.repeat(43)), {
      'tokens_refreshed_total{outcome="refused",cause="unknown",client="default"}': 1,
    });
  });

  test('the age of the signing keys, and the time of the next rotation', async () => {
    const seconds = async (name: string) => {
      const text = await metricsOf(rekey.settings.urls.issuer, metricsToken);
      return Number(
        new RegExp(`^rekey_signing_key_${name}_seconds{use="access_token"} (.*)$`, 'm').exec(text)?.[1],
      );
    };
    const [age, due] = [await seconds('age'), await seconds('rotation')];
    expect(age + due).toBeCloseTo(30 * 86_400, 3);
    rekey.clock.advance(60_000);
    expect([await seconds('age'), await seconds('rotation')]).toEqual([age + 60, due - 60]);
  });

  test('an invented client or an address never becomes a label', async () => {
    const { recovery, issuer } = rekey.settings.urls;
    const client_id = 'registered-by-nobody';
    const identifier = 'tom@example.com';
    const invented = async () => {
      const asked = await Promise.all([
        rekey.call('POST', `${recovery}/v1/recoveries`, { json: { identifier, client_id } }),
        rekey.call('POST', `${issuer}/v1/sessions`, { json: { identifier, password, client_id } }),
        refresh('x'.repeat(43), client_id),
        rekey.call('GET', `${recovery}/${client_id}`),
      ]);
      expect(asked.map(({ status }) => status)).toEqual([400, 400, 401, 404]);
    };
    await step('four requests', invented, {});
    const texts = await Promise.all([recovery, issuer].map((url) => metricsOf(url, metricsToken)));
    expect(texts.join()).not.toMatch(/registered-by-nobody|@|\+\d{8}/);
    const wrong = await fetch(`${issuer}/metrics`, { headers: { authorization: 'Bearer guessed' } });
    expect([wrong.status, wrong.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    expect((await fetch(`${issuer}/metrics`)).status).toBe(401);
  });

  test('introspection, revocation, diagnosis and management', async () => {
    const { clientId: client_id, clientSecret: client_secret } = rekey.settings.management;
    const { access_token: token } = await signIn('ann');
    const ask = (path: string, form: Record<string, string>) =>
      fetch(`${rekey.settings.urls.issuer}/oauth2/${path}`, {
        method: 'POST',
        body: new URLSearchParams(form),
      });
    const introspect = () => ask('introspect', { token, client_id, client_secret });
    await step('a good token', introspect, {
      'tokens_introspected_total{outcome="active",client="management"}': 1,
    });
    await step('its end', () => ask('revoke', { token, client_id: 'default' }), {
      'sessions_ended_total{reason="revoked"}': 1,
    });
    await step('the same token', introspect, {
      'tokens_introspected_total{outcome="inactive",client="management"}': 1,
    });
    await step('used as a bearer', () => who.issuer('GET', 'sessions', { bearer: token }), {
      'tokens_verified_total{outcome="ended"}': 1,
    });
    await step(
      'why',
      () => who.issuer('POST', 'tokens/diagnose', { bearer: watched.bearer, json: { token } }),
      {
        'tokens_diagnosed_total{cause="revoked_by_client"}': 1,
        'tokens_verified_total{outcome="valid"}': 1,
      },
    );
    await step('a token for the management', () => who.management(), {
      'tokens_issued_total{grant="client_credentials",role="client",client="management"}': 1,
    });
    await signIn('ann');
    await step(
      'the management ends all of them',
      () =>
        rekey.call('DELETE', `${rekey.settings.urls.console}/v1/accounts/ann/tokens`, {
          bearer: watched.bearer,
        }),
      { 'sessions_ended_total{reason="management"}': 1, 'tokens_verified_total{outcome="valid"}': 1 },
    );
  });

  test('a device that was allowed', async () => {
    const { access_token: session } = await signIn('kim');
    const begun = await fetch(`${rekey.settings.urls.issuer}/oauth2/device_authorization`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: 'tv' }),
    });
    const { device_code, user_code } = (await begun.json()) as Record<string, string>;
    const allow = { bearer: session, json: { user_code, decision: 'allow' } };
    expect((await who.issuer('PUT', 'device_codes', allow)).status).toBe(204);
    const poll = () =>
      rekey.token({ grant_type: deviceGrant, device_code: device_code ?? '', client_id: 'tv' });
    await step('its tokens', poll, { 'tokens_issued_total{grant="device",role="ordinary",client="tv"}': 1 });
  });

  test('a session that expired', async () => {
    const late = await signIn('tom');
    rekey.clock.advance(31 * 86_400_000);
    await step('a month later', () => refresh(late.refresh_token), {
      'tokens_refreshed_total{outcome="refused",cause="expired",client="default"}': 1,
    });
  });
});
