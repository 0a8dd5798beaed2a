import { csrfIn, PageBrowser } from './page-browser.js';
import { password, people } from './people.js';
import { type Answer, newHousehold, stopTokenIn, until, useRekey } from './rekey.js';
import { Story } from './story.js';

const grant = 'urn:ietf:params:oauth:grant-type:device_code';

/** RFC 8628: a device without a keyboard shows a code, and a person allows it on another one. */
describe('the device grant', () => {
  const rekey = useRekey();
  const who = people(rekey);
  beforeAll(async () => {
    const bearer = await who.management();
    const put = (id: string, json: object) =>
      rekey.call('PUT', `${rekey.settings.urls.console}/v1/clients/${id}`, { bearer, json });
    const tv = {
      name: 'Corner TV <b>',
      type: 'public',
      grants: [grant, 'refresh_token'],
      scopes: ['account', 'play'],
    };
    expect((await put('tv', tv)).status).toBe(201);
    expect((await put('radio', { ...tv, name: 'Radio' })).status).toBe(201);
  });
  beforeEach(() => {
    newHousehold();
    rekey.clock.advance(3_600_000);
  });

  const begin = async (more: Record<string, string> = {}, source = newHousehold()): Promise<Answer> => {
    const response = await fetch(`${rekey.settings.urls.issuer}/oauth2/device_authorization`, {
      method: 'POST',
      headers: { 'x-forwarded-for': source },
      body: new URLSearchParams({ client_id: 'tv', ...more }),
    });
    return { status: response.status, headers: response.headers, body: await response.json(), text: '' };
  };
  const poll = (code: string, client = 'tv') =>
    rekey.token({ grant_type: grant, device_code: code, client_id: client });
  const bearerOf = async (id: string) => (await who.signIn(id)).body.access_token as string;
  const answer = (bearer: string, userCode: string, decision = 'allow') =>
    who.issuer('PUT', 'device_codes', { bearer, json: { user_code: userCode, decision } });
  const look = (bearer: string, userCode: string) =>
    who.issuer('POST', 'device_codes', { bearer, json: { user_code: userCode } });

  test('a source cannot pile up pending codes, and all sources cannot exhaust a client', async () => {
    const rows = async () => (await rekey.sql('select count(*)::int as n from device_codes'))[0].n as number;
    const source = newHousehold();
    const before = await rows();
    const answers: Answer[] = [];
    for (let n = 0; n < 35; n++) answers.push(await begin({}, source));
    expect(answers.map(({ status }) => status)).toEqual([...Array(30).fill(200), ...Array(5).fill(429)]);
    const last = answers.at(-1) as Answer;
    expect(last.body).toEqual({ error: 'slow_down', error_description: 'too many requests' });
    expect(last.headers.get('retry-after')).toBe('600');
    expect(last.headers.get('ratelimit-policy')).toBe('"devices";q=30;w=600');
    expect(await rows()).toBe(before + 30);
    expect((await begin()).status).toBe(200);
    // A request that the source's budget refused costs the client's budget nothing.
    const spent = await rekey.sql('select max(spent)::int as n from limit_counters');
    expect(spent[0].n).toBe(35);
    await rekey.sql('update limit_counters set spent = 6000 where spent = 31');
    const full = await begin();
    expect([full.status, full.headers.get('ratelimit-policy')]).toEqual([
      429,
      '"devices-per-client";q=6000;w=600',
    ]);
    expect((await begin({ client_id: 'radio' })).status).toBe(200);
    expect(await rows()).toBe(before + 32);
  });

  test('a device shows a code, waits, and gets tokens once; they are no stronger than the approving session', async () => {
    await who.put('viewer');
    const begun = await begin({ scope: 'play' });
    expect(begun.status).toBe(200);
    const { device_code: deviceCode, user_code: userCode } = begun.body;
    expect(begun.body).toEqual({
      device_code: expect.stringMatching(/^[\w-]{43}$/),
      user_code: expect.stringMatching(/^[BCDFGHJ-NP-TV-XZ]{4}-[BCDFGHJ-NP-TV-XZ]{4}$/),
      verification_uri: `${rekey.settings.urls.recovery}/device`,
      verification_uri_complete: `${rekey.settings.urls.recovery}/device?user_code=${userCode}`,
      expires_in: 600,
      interval: 5,
    });
    expect((await poll(deviceCode)).body.error).toBe('authorization_pending');
    const bearer = await bearerOf('viewer');
    const seen = await look(bearer, userCode.toLowerCase().replace('-', ' '));
    expect(seen.body).toMatchObject({ client_id: 'tv', client_name: 'Corner TV <b>', scope: 'play' });
    rekey.clock.advance(60_000);
    expect((await answer(bearer, userCode)).status).toBe(204);
    expect((await answer(bearer, userCode, 'deny')).status).toBe(404);
    expect((await poll(deviceCode, 'radio')).body.error).toBe('invalid_grant');
    const got = await Promise.all(Array.from({ length: 20 }, () => poll(deviceCode)));
    expect(got.filter(({ status }) => status === 200)).toHaveLength(1);
    const tokens = got.find(({ status }) => status === 200)?.body;
    expect(tokens).toMatchObject({ token_type: 'Bearer', scope: 'play' });
    const claims = JSON.parse(Buffer.from(tokens.access_token.split('.')[1], 'base64url').toString());
    expect(claims).toMatchObject({
      sub: 'viewer',
      client_id: 'tv',
      acr: 'urn:rekey:password:aal1',
      amr: ['pwd'],
    });
    expect(claims.iat - claims.auth_time).toBe(60);
    expect((await poll(deviceCode)).body.error).toBe('invalid_grant');
    const refreshed = await rekey.token({
      grant_type: 'refresh_token',
      client_id: 'tv',
      refresh_token: tokens.refresh_token,
    });
    expect(refreshed.status).toBe(200);
  });

  test('polling too often lengthens the interval; a code expires after ten minutes; a denial is final', async () => {
    await who.put('slow');
    const first = (await begin()).body;
    expect((await poll(first.device_code)).body.error).toBe('authorization_pending');
    rekey.clock.advance(4_000);
    expect((await poll(first.device_code)).body.error).toBe('slow_down');
    rekey.clock.advance(6_000);
    // The interval is ten seconds now.
    expect((await poll(first.device_code)).body.error).toBe('slow_down');
    rekey.clock.advance(15_000);
    expect((await poll(first.device_code)).body.error).toBe('authorization_pending');
    rekey.clock.advance(600_000);
    expect((await poll(first.device_code)).body.error).toBe('expired_token');
    const bearer = await bearerOf('slow');
    expect((await answer(bearer, first.user_code)).status).toBe(404);
    const second = (await begin()).body;
    expect((await answer(bearer, second.user_code, 'deny')).status).toBe(204);
    expect((await poll(second.device_code)).body.error).toBe('access_denied');
    expect((await poll('x'.repeat(43))).body.error).toBe('invalid_grant');
  });

  test('guessing user codes is limited to ten attempts in ten minutes, and needs a sign-in', async () => {
    await who.put('guessing');
    const { user_code: userCode } = (await begin()).body;
    const bearer = await bearerOf('guessing');
    expect((await look('none', userCode)).status).toBe(401);
    const statuses: number[] = [];
    for (let n = 0; n < 11; n++) statuses.push((await look(bearer, 'BBBB-BBBB')).status);
    expect(statuses).toEqual([...Array(10).fill(404), 429]);
    expect((await answer(bearer, userCode)).status).toBe(429);
    const kept = await rekey.sql('select device_codes::text as row from device_codes');
    expect(JSON.stringify(kept)).not.toContain(userCode);
    expect(JSON.stringify(kept)).not.toContain(userCode.replace('-', ''));
  });

  test('a stop link ends the devices that a thief let in, also those that fetch tokens later', async () => {
    await who.put('robbed');
    const thief = new Story(rekey);
    await thief.proveBy('robbed@example.com');
    const stolen = (await thief.complete()).body.access_token;
    const [early, late] = [(await begin()).body, (await begin()).body];
    await answer(stolen, early.user_code);
    await answer(stolen, late.user_code);
    const tokens = (await poll(early.device_code)).body;
    const notice = await until('the notice', async () =>
      (await rekey.messages('robbed@example.com')).find(({ subject }) => /recovered/.test(subject ?? '')),
    );
    expect((await thief.stop(stopTokenIn(notice))).status).toBe(204);
    const refreshed = await rekey.token({
      grant_type: 'refresh_token',
      client_id: 'tv',
      refresh_token: tokens.refresh_token,
    });
    expect(refreshed.body.error).toBe('invalid_grant');
    expect((await poll(late.device_code)).body.error).toBe('invalid_grant');
  });

  test('errors are those of RFC 6749 and RFC 8628', async () => {
    expect((await begin({ client_id: 'default' })).body.error).toBe('unauthorized_client');
    expect((await begin({ client_id: 'nobody' })).body.error).toBe('invalid_client');
    expect((await begin({ scope: 'admin' })).body.error).toBe('invalid_scope');
    const missing = await rekey.token({ grant_type: grant, client_id: 'tv' });
    expect([missing.status, missing.body.error]).toEqual([400, 'invalid_request']);
  });

  test('on the pages a person signs in, compares the code, and allows or denies', async () => {
    await who.put('guest');
    const { device_code: deviceCode, user_code: userCode } = (await begin()).body;
    const browser = new PageBrowser(rekey.settings.urls.recovery, newHousehold);
    const first = await browser.get(`/device?user_code=${userCode}`);
    expect([first.status, first.html]).toEqual([200, expect.stringContaining('Sign in first')]);
    const form = { identifier: 'guest@example.com', password, device: userCode };
    const page = await browser.submit(first, '/account/sign-in', form);
    expect(page.html).toContain(`value="${userCode}"`);
    const wrong = await browser.submit(page, '/device', { user_code: 'BBBB-BBBB' });
    expect([wrong.status, wrong.html]).toEqual([
      422,
      expect.stringContaining('No device is waiting for this code'),
    ]);
    const pasted = `Enter this code: “${userCode.toLowerCase().replace('-', '\u200b–')}”`;
    const consent = await browser.submit(page, '/device', { user_code: pasted });
    expect(consent.html).toContain('Connect Corner TV &lt;b>?');
    expect(consent.html).toContain(userCode);
    const foreign = await browser.post('/device/answer', {
      csrf: 'x',
      user_code: userCode,
      decision: 'allow',
    });
    expect(foreign.status).toBe(403);
    const done = await browser.submit(consent, '/device/answer', { user_code: userCode, decision: 'allow' });
    expect([done.status, done.html]).toEqual([200, expect.stringContaining('Your device is connected')]);
    expect((await poll(deviceCode)).status).toBe(200);

    const other = (await begin()).body;
    const refused = await browser.post('/device/answer', {
      csrf: csrfIn(consent.html),
      user_code: other.user_code,
      decision: 'deny',
    });
    expect(refused.html).toContain('was not connected');
    expect((await poll(other.device_code)).body.error).toBe('access_denied');
    const chinese = await browser.get('/device?lang=zh');
    expect(chinese.status).toBe(303);
    expect((await browser.get('/device')).html).toContain('连接设备');
    // The redirect after the sign-in leads to our own page only.
    const stranger = new PageBrowser(rekey.settings.urls.recovery, newHousehold);
    const begun = await stranger.get('/device');
    const sent = await stranger.post('/account/sign-in', {
      csrf: csrfIn(begun.html),
      ...form,
      device: '//evil.example/?x=1&y',
    });
    expect(sent.headers.get('location')).toBe('/device?user_code=%2F%2Fevil.example%2F%3Fx%3D1%26y');
    // Cut inside a character.
    const cut = { csrf: csrfIn(begun.html), ...form, device: `${'x'.repeat(39)}💥` };
    const long = await stranger.post('/account/sign-in', cut);
    expect(long.headers.get('location')).toBe(`/device?user_code=${'x'.repeat(39)}`);
  });
});
