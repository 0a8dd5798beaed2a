import { createHash } from 'node:crypto';
import { csrfIn, PageBrowser } from './page-browser.js';
import { password, people } from './people.js';
import { codeIn, newHousehold, type Rekey, startRekey, stopTokenIn, until } from './rekey.js';
import { type Counts, countsIn, metricsOf, moved } from './scrape.js';
import { Story } from './story.js';

const metricsToken = 'what-prometheus-shows-us';
/** What Rekey takes a segment to the United States to cost. */
const segment = 0.01;
const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';
const exchangeGrant = 'urn:ietf:params:oauth:grant-type:token-exchange';

/** A life is walked, step by step; each step moves its counters by exactly so much, and no other. */
describe('what is counted', () => {
  let rekey: Rekey;
  let who: ReturnType<typeof people>;
  let bearer: string;
  let household = '';
  beforeAll(async () => {
    rekey = await startRekey({ environment: { METRICS_TOKEN: metricsToken } });
    who = people(rekey);
    bearer = await who.management();
    for (const id of ['tom', 'ann', 'eva', 'kim', 'joe']) await who.put(id);
    await who.put('boss', { roles: ['admin'] });
    await putClient('tv', { grants: [deviceGrant, 'refresh_token'] });
    await putClient('app', {
      grants: [exchangeGrant, 'authorization_code', 'refresh_token'],
      redirect_uris: ['https://app.example/back'],
    });
  }, 60_000);
  afterAll(() => rekey.close());
  beforeEach(() => {
    household = newHousehold();
  });

  const putClient = async (id: string, more: object) => {
    const url = `${rekey.settings.urls.console}/v1/clients/${id}`;
    const json = { name: id, type: 'public', redirect_uris: [], scopes: ['account'], ...more };
    expect((await rekey.call('PUT', url, { bearer, json })).status).toBe(201);
  };
  const counts = async (): Promise<Counts> => {
    const { recovery, issuer, console: management } = rekey.settings.urls;
    const texts = await Promise.all(
      [recovery, issuer, management].map((url) => metricsOf(url, metricsToken)),
    );
    // Sweeps go by themselves; HTTP is counted elsewhere.
    const ours = texts
      .flatMap((text) => [...countsIn(text)])
      .filter(([sample]) => /^rekey_(?!sweeps)/.test(sample));
    const sum: Counts = new Map();
    for (const [sample, count] of ours) sum.set(sample, (sum.get(sample) ?? 0) + count);
    return sum;
  };
  /** @param expected by the sample without `rekey_` */
  const step = async (
    name: string,
    walk: () => Promise<unknown>,
    expected: Record<string, number>,
    withinMs?: number,
  ) => {
    const before = await counts();
    await walk();
    const wanted = Object.fromEntries(
      Object.entries(expected)
        .map(([sample, by]) => [`rekey_${sample}`, by])
        .sort(),
    );
    let last: Record<string, number> = {};
    // What the courier does is a little later.
    const settled = async () => {
      last = moved(before, await counts());
      return JSON.stringify(last) === JSON.stringify(wanted) || undefined;
    };
    await until(name, settled, withinMs).catch(() => undefined);
    expect({ [name]: last }).toEqual({ [name]: wanted });
  };
  const refresh = (token: string, client = 'default') =>
    rekey.token({ grant_type: 'refresh_token', refresh_token: token, client_id: client });
  const signIn = async (id: string) => (await who.signIn(id)).body;

  test('sign-in, refresh, retry, theft', async () => {
    let tokens = { refresh_token: '' };
    await step('a wrong password', () => who.signIn('tom', { password: 'not it at all' }), {
      'sign_ins_total{outcome="wrong",client="default"}': 1,
    });
    const begun = { 'sign_ins_total{outcome="right",client="default"}': 1 };
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
      'tokens_reused_total{what="refresh_token"}': 1,
    });
    await step('what is left of the session', () => refresh(successor), {
      'tokens_refreshed_total{outcome="refused",cause="ended",client="default"}': 1,
    });
    await step('an invented token', () => refresh('x'.repeat(43)), {
      'tokens_refreshed_total{outcome="refused",cause="unknown",client="default"}': 1,
    });
  });

  test('no client that somebody invented becomes a label, nor an address', async () => {
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

  test('introspection, revocation, diagnosis, management', async () => {
    const { clientId: client_id, clientSecret: client_secret } = rekey.settings.management;
    const { access_token: token } = await signIn('ann');
    const ask = (path: string, form: Record<string, string>) =>
      fetch(`${rekey.settings.urls.issuer}/oauth2/${path}`, {
        method: 'POST',
        body: new URLSearchParams(form),
      });
    const introspect = () => ask('introspect', { token, client_id, client_secret });
    await step('a good token', introspect, {
      'tokens_introspected_total{answer="active",client="management"}': 1,
    });
    await step('its end', () => ask('revoke', { token, client_id: 'default' }), {
      'sessions_ended_total{reason="revoked"}': 1,
    });
    await step('the same token', introspect, {
      'tokens_introspected_total{answer="inactive",client="management"}': 1,
    });
    await step('used as a bearer', () => who.issuer('GET', 'sessions', { bearer: token }), {
      'tokens_verified_total{outcome="ended"}': 1,
    });
    await step('why', () => who.issuer('POST', 'tokens/diagnose', { bearer, json: { token } }), {
      'tokens_diagnosed_total{cause="revoked_by_client"}': 1,
      'tokens_verified_total{outcome="good"}': 1,
    });
    await step('a token for the management', () => who.management(), {
      'tokens_issued_total{grant="client_credentials",role="client",client="management"}': 1,
    });
    await signIn('ann');
    await step(
      'the management ends all of them',
      () => rekey.call('DELETE', `${rekey.settings.urls.console}/v1/accounts/ann/tokens`, { bearer }),
      { 'sessions_ended_total{reason="management"}': 1, 'tokens_verified_total{outcome="good"}': 1 },
    );
  });

  test('a device that is let in', async () => {
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

  test('a recovery by mail, and its owner stops it', async () => {
    await signIn('eva');
    const story = new Story(rekey);
    const mail = 'messages_total{kind="recovery_code",channel="email",outcome="sent",reason="none"}';
    await step('the start', () => story.start({ identifier: 'eva@example.com' }), {
      'recoveries_started_total{client="default"}': 1,
      [mail]: 1,
      'message_delivery_seconds_count{kind="recovery_code",channel="email"}': 1,
    });
    await step('a wrong code', () => story.prove('00000000'), {
      'guesses_burnt_total{kind="code"}': 1,
      'proofs_total{kind="code",outcome="wrong"}': 1,
    });
    const [code] = await rekey.codes('eva@example.com');
    await step('the right one', () => story.prove(codeIn(code as never)), {
      'guesses_burnt_total{kind="code"}': 1,
      'proofs_total{kind="code",outcome="proven"}': 1,
    });
    const settle = async () => expect((await story.settle({ password: `${password} now` })).status).toBe(201);
    await step('new credentials', settle, {
      'message_delivery_seconds_count{kind="recovery_completed",channel="email"}': 1,
      'message_delivery_seconds_count{kind="recovery_completed",channel="sms"}': 1,
      'messages_total{kind="recovery_completed",channel="email",outcome="sent",reason="none"}': 1,
      'messages_total{kind="recovery_completed",channel="sms",outcome="sent",reason="none"}': 1,
      'recoveries_settled_total{client="default",password="set"}': 1,
      recovery_duration_seconds_count: 1,
      'sessions_ended_total{reason="recovery"}': 1,
      'sms_money_reserved_total{country="US"}': 2 * segment,
      'tokens_issued_total{grant="recovery",role="ordinary",client="default"}': 1,
    });
    await step('not me', () => story.stop(stopTokenIn(code as never)), {
      'recoveries_stopped_total{by="stop_link",settled="yes"}': 1,
      'sessions_ended_total{reason="stopped"}': 1,
    });
  });
  test('a recovery by SMS that is given up', async () => {
    const story = new Story(rekey);
    const number = who.phoneOf('kim');
    await step('the start', () => story.start({ identifier: number }), {
      'recoveries_started_total{client="default"}': 1,
      'messages_total{kind="recovery_code",channel="sms",outcome="sent",reason="none"}': 1,
      'message_delivery_seconds_count{kind="recovery_code",channel="sms"}': 1,
      'sms_money_reserved_total{country="US"}': segment,
    });
    await step('enough of it', () => story.cancel(), {
      'recoveries_stopped_total{by="bearer",settled="no"}': 1,
    });
  });

  test('one that an app began: a code, and the same code again', async () => {
    const browser = new PageBrowser(rekey.settings.urls.recovery, () => household);
    const code_verifier = 'v'.repeat(43);
    const request = {
      response_type: 'code',
      client_id: 'app',
      redirect_uri: 'https://app.example/back',
      state: 's',
      code_challenge: createHash('sha256').update(code_verifier).digest('base64url'),
      code_challenge_method: 'S256',
    };
    const form = await browser.get(`/recover?${new URLSearchParams(request)}`);
    const asked = await browser.submit(form, '/recover', { ...request, identifier: 'joe@example.com' });
    const mail = await until('the code', async () => (await rekey.codes('joe@example.com'))[0]);
    let code = '';
    const redeem = () =>
      rekey.token({
        grant_type: 'authorization_code',
        code,
        client_id: 'app',
        redirect_uri: 'https://app.example/back',
        code_verifier,
      });
    const before = await counts();
    const csrf = csrfIn(asked.html);
    const back = await browser.post('/recover/code', { csrf, code: codeIn(mail) });
    code = new URL(back.headers.get('location') ?? '').searchParams.get('code') ?? '';
    expect(moved(before, await counts())).toMatchObject({
      'rekey_recoveries_settled_total{client="app",password="kept"}': 1,
    });
    await until('notices', async () => (await rekey.messages(who.phoneOf('joe'))).length > 0 || undefined);
    await step('redeemed', redeem, { 'tokens_issued_total{grant="code",role="ordinary",client="app"}': 1 });
    await step('redeemed again', redeem, {
      'sessions_ended_total{reason="reuse"}': 1,
      'tokens_reused_total{what="authorization_code"}': 1,
    });
  });

  test('nobody is sent nothing, guesses run out, limits are hit, and time runs out', async () => {
    const story = new Story(rekey);
    const nothing =
      'messages_total{kind="recovery_code",channel="none",outcome="dropped",reason="no_account"}';
    await step('a start for nobody', () => story.start({ identifier: 'nobody@example.com' }), {
      'recoveries_started_total{client="default"}': 1,
      [nothing]: 1,
    });
    await step(
      'five guesses, and one that is not looked at',
      async () => {
        for (let n = 0; n < 6; n++) await story.prove('00000000');
      },
      {
        'guesses_burnt_total{kind="code"}': 5,
        'proofs_total{kind="code",outcome="wrong"}': 5,
        'proofs_total{kind="code",outcome="no_tries_left"}': 1,
      },
    );
    await step(
      'five more starts',
      async () => {
        for (let n = 0; n < 5; n++) await new Story(rekey).start({ identifier: 'nobody@example.com' });
      },
      {
        'recoveries_started_total{client="default"}': 5,
        [nothing]: 4,
        'limits_hit_total{policy="sends"}': 1,
      },
    );
    // The sweep comes by every fifteen seconds.
    const later = async () => rekey.clock.advance(3_600_000);
    await step('an hour later', later, { recoveries_expired_total: 6 }, 30_000);
  }, 60_000);

  test('a session that ran out', async () => {
    const late = await signIn('tom');
    rekey.clock.advance(31 * 86_400_000);
    await step('a month later', () => refresh(late.refresh_token), {
      'tokens_refreshed_total{outcome="refused",cause="expired",client="default"}': 1,
    });
  });
});
