import { type CaughtMessage, codeIn, newHousehold, stopTokenIn, useRekey } from './rekey.js';
import { Story } from './story.js';

describe('a recovery', () => {
  const rekey = useRekey();
  beforeEach(() => {
    newHousehold();
  });

  test('by mail leads from the start to a new password and a sign-in with it', async () => {
    const story = new Story(rekey);
    const started = await story.start({ identifier: 'Ada@Example.com' });
    expect(started.status).toBe(202);
    expect(Object.keys(started.body).sort()).toEqual([
      'expires_at',
      'id',
      'match_number',
      'methods',
      'resend_at',
      'state',
      'token',
    ]);
    expect(started.body).toMatchObject({ state: 'proving', methods: ['code', 'backup_code'] });
    expect(started.headers.get('cache-control')).toBe('no-store');

    const mail = await rekey.message('ada@example.com');
    expect(mail.headers).toMatchObject({
      'auto-submitted': 'auto-generated',
      'message-id': expect.stringMatching(/^<[0-9a-f-]{36}@localhost>$/),
    });
    expect(mail.html).toContain(codeIn(mail));

    expect((await story.complete()).body).toMatchObject({ status: 409, code: 'not_proven' });
    const wrong = await story.prove('0000 0000');
    expect([wrong.status, wrong.body]).toEqual([
      422,
      expect.objectContaining({ code: 'wrong_proof', tries_left: 4 }),
    ]);
    const proven = await story.prove(codeIn(mail).replace(' ', '-'));
    expect([proven.status, proven.body.state, proven.body.methods]).toEqual([200, 'proven', []]);

    const weak = await story.complete({ password: 'passwordpassword' });
    expect([weak.status, weak.body]).toEqual([
      422,
      expect.objectContaining({ code: 'password_refused', reason: 'blocklisted' }),
    ]);
    const completed = await story.complete({ password: 'a whole new battery' });
    expect(completed.status).toBe(201);
    expect(completed.body).toMatchObject({
      token_type: 'Bearer',
      expires_in: 600,
      scope: 'account',
      recovery_id: story.id,
    });
    expect((await story.show()).body.state).toBe('completed');
    expect((await story.complete()).status).toBe(410);
    expect((await story.prove(codeIn(mail))).status).toBe(410);

    const notice = await rekey.message('ada@example.com', 2);
    expect(notice.subject).toBe('Your Rekey account was recovered');
    expect(notice.text).toContain('A new password was set');

    const signIn = (password: string) =>
      rekey.call('POST', `${rekey.settings.urls.issuer}/v1/sessions`, {
        json: { identifier: 'ada', password },
      });
    expect((await signIn('correct horse battery')).status).toBe(401);
    expect((await signIn('a whole new battery')).status).toBe(201);
  });

  test('by SMS to a national number, in Chinese, has a last line bound to the page', async () => {
    const story = new Story(rekey);
    await story.start({ identifier: '(202) 555-0123', country: 'US', locale: 'zh-CN' });
    const sms = await rekey.message('+12025550123');
    expect(sms.channel).toBe('sms');
    expect(sms.text).toContain('验证码');
    expect(sms.text.split('\n').at(-1)).toMatch(/^@localhost #\d{6}$/);
    expect((await story.prove(codeIn(sms))).status).toBe(200);
    expect((await story.complete()).status).toBe(201);
  });

  test('by user name uses the requested channel; a resend keeps both codes valid and restores no attempt', async () => {
    const story = new Story(rekey);
    await story.start({ identifier: 'sam', channel: 'sms' });
    const first = await rekey.message('+12025550147');
    await story.prove('000000');
    const early = await story.resend();
    expect(early.status).toBe(429);
    expect(early.body.code).toBe('resend_too_soon');
    expect(early.headers.get('retry-after')).toBe('60');
    expect(early.headers.get('ratelimit-policy')).toBe('"resend";q=1;w=60');

    rekey.clock.advance(60_000);
    expect((await story.resend({ channel: 'email' })).status).toBe(202);
    const second = await rekey.message('sam@example.com');
    expect((await story.prove('111111')).body.tries_left).toBe(3);
    expect((await story.prove(codeIn(first))).status).toBe(200);
    expect(codeIn(second)).not.toBe(codeIn(first));
    await story.complete();
    // Every address of the account gets a notification.
    const text =
      (await rekey.message('+12025550147', 2)).text + (await rekey.message('sam@example.com', 2)).text;
    expect(text.match(/recovered/g)?.length).toBeGreaterThanOrEqual(2);
  });

  test('a code expires after ten minutes, a recovery after fifteen idle [NIST 3.1.3.2, ASVS 6.5.5]', async () => {
    const story = new Story(rekey);
    await story.start({ identifier: 'mei@example.com' });
    const mail = await rekey.message('mei@example.com');
    rekey.clock.advance(600_000);
    expect((await story.prove(codeIn(mail))).body.code).toBe('wrong_proof');
    rekey.clock.advance(900_000);
    expect((await story.show()).body).toMatchObject({ state: 'expired', methods: [] });
    expect((await story.prove(codeIn(mail))).status).toBe(410);
    expect((await story.resend()).status).toBe(410);
  });

  test('allows five attempts at a code', async () => {
    const story = new Story(rekey);
    const before = (await rekey.messages('mei@example.com')).length;
    await story.start({ identifier: 'mei' });
    const code = codeIn(await rekey.message('mei@example.com', before + 1));
    const left = [];
    for (let n = 0; n < 5; n++) left.push((await story.prove('99999999')).body.tries_left);
    expect(left).toEqual([4, 3, 2, 1, 0]);
    const none = await story.prove(code);
    expect([none.status, none.body.code]).toEqual([429, 'no_tries_left']);
    expect(none.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(none.headers.get('ratelimit')).toMatch(/^"tries";r=0;t=\d+$/);
  });

  test('accepts an empty JSON body where none is needed', async () => {
    const story = new Story(rekey);
    const headers = { 'content-type': 'application/json' };
    const empty = await rekey.call('POST', `${rekey.settings.urls.recovery}/v1/recoveries`, { headers });
    expect([empty.status, empty.body.code]).toEqual([400, 'invalid_request']);
    expect((await story.proveBy('ada@example.com')).body.state).toBe('proven');
    expect((await story.on('POST', '/credentials', { headers })).status).toBe(201);
    const other = new Story(rekey);
    await other.start({ identifier: 'nobody-we-know' });
    expect((await other.on('POST', '/codes', { headers })).status).toBe(429);
    expect((await other.on('DELETE', '', { headers })).status).toBe(204);
  });

  test('that is cancelled is closed, and another token does not find it', async () => {
    const story = new Story(rekey);
    await story.start({ identifier: 'nobody-we-know' });
    const other = new Story(rekey);
    await other.start({ identifier: 'somebody-else' });
    for (const bearer of [undefined, other.token, 'x', '']) {
      const headers: Record<string, string> =
        bearer === undefined ? {} : { authorization: `Bearer ${bearer}` };
      const answer = await rekey.call('GET', `${rekey.settings.urls.recovery}/v1/recoveries/${story.id}`, {
        headers,
      });
      expect([answer.status, answer.body.code]).toEqual([404, 'not_found']);
    }
    // The same for every other fault of the request.
    for (const path of ['/codes', '/proofs', '/credentials']) {
      const bad = await story.on('POST', path, { bearer: other.token, json: { nothing: 'known' } });
      expect([path, bad.status]).toEqual([path, 404]);
    }
    expect((await story.cancel()).status).toBe(204);
    expect((await story.show()).body.state).toBe('cancelled');
    expect(await story.cancel()).toMatchObject({ status: 410, body: { code: 'recovery_closed' } });
    expect(
      await rekey.sql(
        `select event, actor, detail from audit_events where recovery_id = $1 and event ~ 'cancelled|stopped'`,
        [story.id],
      ),
    ).toEqual([{ event: 'recovery_cancelled', actor: 'person', detail: {} }]);
  });

  test('can be stopped before it completes, and is undone after; the link works twice [NIST 4.6]', async () => {
    const before = (await rekey.messages('sam@example.com')).length;
    const story = new Story(rekey);
    await story.start({ identifier: 'sam@example.com' });
    const mail = await rekey.message('sam@example.com', before + 1);
    expect((await story.stop(stopTokenIn(mail))).status).toBe(204);
    expect((await story.prove(codeIn(mail))).status).toBe(410);

    rekey.clock.advance(60_000);
    const again = new Story(rekey);
    await again.proveBy('sam@example.com');
    const tokens = (await again.complete({ password: 'an attacker chose this' })).body;
    const refreshed = (
      await rekey.token({ grant_type: 'refresh_token', refresh_token: tokens.refresh_token })
    ).body;
    const notices = await rekey.message('sam@example.com', before + 3);
    const stop = stopTokenIn(notices);
    expect((await again.stop(stop)).status).toBe(204);
    expect((await again.stop(stop)).status).toBe(204);
    expect((await again.show()).body.state).toBe('stopped');
    const after = await rekey.token({
      grant_type: 'refresh_token',
      refresh_token: refreshed.refresh_token,
    });
    expect([after.status, after.body.error]).toEqual([400, 'invalid_grant']);
    const signIn = await rekey.call('POST', `${rekey.settings.urls.issuer}/v1/sessions`, {
      json: { identifier: 'sam', password: 'an attacker chose this' },
    });
    expect(signIn.status).toBe(401);
    rekey.clock.advance(72 * 3_600_000);
    expect((await again.stop(stop)).status).toBe(404);
    expect((await again.stop('x'.repeat(72))).status).toBe(404);
  });

  test.each<[string, string, (message: CaughtMessage) => string]>([
    ['sam', '+12025550147', ({ text }) => text],
    ['ada@example.com', 'ada@example.com', ({ text }) => text.slice(0, 900)],
    ['mei@example.com', 'mei@example.com', (mail) => `\u2068${codeIn(mail).replace(' ', '\u00ad')}\u2069.`],
  ])(
    'for %s is proved by what is copied of the message to %s, at the first try',
    async (identifier, to, copy) => {
      rekey.clock.advance(600_000);
      const story = new Story(rekey);
      const { message } = await story.begin(identifier, to, to.startsWith('+') ? { channel: 'sms' } : {});
      expect((await story.prove(copy(message))).status).toBe(200);
    },
  );
});
