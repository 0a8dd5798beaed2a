import { lifetimes, sweepRecoveries } from '@rekey/recovery';
import { AssistStage, numberIn } from './assist-stage.js';
import { csrfIn } from './page-browser.js';
import { policyFile } from './policy-file.js';
import { newHousehold, stopTokenIn, until, useRekey } from './rekey.js';
import { Story } from './story.js';

/** Staff help a caller to start a recovery; everything that proves something stays with the caller. */
describe('an assisted recovery', () => {
  const holds = [{ name: 'by-phone', hours: 24, when: { startedByStaff: true, roles: ['staff'] } }];
  const rekey = useRekey({ environment: { RECOVERY_POLICY_FILE: policyFile({ holds }) } });
  const stage = new AssistStage(rekey);
  const { who } = stage;
  beforeAll(() => stage.open());
  beforeEach(() => stage.later());

  const mailOf = (id: string) => `${id}@example.com`;
  const told = (to: string, about: RegExp) =>
    until(`${about} to ${to}`, async () => (await rekey.messages(to)).find(({ text }) => about.test(text)));
  const assisted = async (account: string, more: object = {}) => {
    const { id, app } = await stage.joined(account, more);
    const story = new Story(rekey);
    const code = await stage.codeTo(mailOf(account), async () => {
      expect((await stage.match(id, app.number)).body.state).toBe('matched');
    });
    Object.assign(story, (await stage.look(app)).body.recovery);
    return { story, code, assist: id };
  };

  test('goes over the pages: code, number, match, and then the person alone; addresses and audit are told', async () => {
    await who.put('page');
    const begun = await stage.start('page');
    expect(begun.body).toEqual({
      id: expect.any(String),
      code: expect.stringMatching(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/),
      url: `${rekey.settings.urls.recovery}/recover/assist`,
      expires_at: new Date(rekey.clock.now() + 600_000).toISOString(),
    });
    const { id, code } = begun.body;
    expect(await stage.show(id)).toBe('waiting');
    const early = await stage.match(id, '123');
    expect([early.status, early.body.code]).toEqual([409, 'invalid_state']);

    const browser = stage.browser();
    const page = await stage.enterOnPage(browser, ` ${code.toLowerCase().replace('-', ' ')} `);
    const number = numberIn(page.html);
    expect(number).toMatch(/^\d{3}$/);
    expect(page.html).toContain('We never ask you for a code on the phone');
    expect(page.html).not.toContain('page@');
    expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(browser.setCookies.find((line) => line.includes('rekey-assist='))).toMatch(
      /HttpOnly; SameSite=Strict/,
    );
    expect(JSON.parse((await browser.get('/recover/assist/progress')).html)).toEqual({ at: 'opened' });
    expect(await stage.show(id)).toBe('opened');
    // Staff see the state, never the number.
    expect((await stage.support.call('GET', `assists/${id}`)).text).not.toContain(number);

    const sent = await stage.codeTo(mailOf('page'), async () => {
      const { status, body } = await stage.match(id, number);
      expect([status, body]).toEqual([
        200,
        {
          id,
          state: 'matched',
          account_id: 'page',
          recovery_id: expect.any(String),
          expires_at: begun.body.expires_at,
        },
      ]);
    });
    expect(JSON.parse((await browser.get('/recover/assist/progress')).html)).toEqual({ at: 'matched' });
    const led = await browser.get('/recover/assist');
    expect([led.status, led.headers.get('location')]).toEqual([303, '/recover/code']);
    const ask = await browser.get('/recover/code');
    const proven = await browser.post('/recover/code', { csrf: csrfIn(ask.html), code: sent });
    expect(proven.headers.get('location')).toBe('/recover/password');
    const { html } = await browser.get('/recover/password');
    const chosen = 'a sentence that only the caller says';
    const done = await browser.post('/recover/password', { csrf: csrfIn(html), password: chosen });
    expect(done.headers.get('location')).toBe('/recover/done');
    expect((await who.signIn('page', { password: chosen })).status).toBe(201);

    for (const to of [mailOf('page'), who.phoneOf('page')])
      expect((await told(to, /support started a recovery/i)).text).toContain('/stop?token=');
    const events = await stage.eventsOf('page');
    const recovery = (await stage.support.call('GET', `assists/${id}`)).body.recovery_id;
    const staff = `staff:${stage.support.id}`;
    expect(
      events.map(({ event, actor, recovery_id, detail }) => [event, actor, recovery_id, detail]),
    ).toEqual([
      ['assist_started', staff, null, { assist: id, reason: 'called from the number on file' }],
      ['assist_opened', 'person', null, { assist: id }],
      ['assist_matched', staff, recovery, { assist: id }],
      ['recovery_started', staff, recovery, { assist: id, client_id: 'default' }],
    ]);
    for (const { request_id } of events) expect(request_id).not.toBeNull();
    expect(new Set(events.map(({ request_id }) => request_id)).size).toBe(3);
    // Neither secret is in the database.
    const [{ all }] = await rekey.sql(
      `select (select json_agg(a) from assists a)::text || (select json_agg(a) from audit_events a)::text as all`,
    );
    for (const secret of [code, code.replace('-', '')]) expect(all).not.toContain(secret);
    expect((await browser.get('/recover/assist')).html).toContain('name="code"');
  });

  test('goes over the API, for the client of the app; the session says no more than what was proved', async () => {
    const { id, app } = await stage.joined('app');
    expect(app).toEqual({
      id,
      token: expect.any(String),
      state: 'opened',
      number: expect.stringMatching(/^\d{3}$/),
      expires_at: expect.any(String),
    });
    expect((await stage.look({ id, token: 'A'.repeat(43) })).status).toBe(404);
    expect((await stage.look(app)).body).toEqual({
      id,
      state: 'opened',
      number: app.number,
      expires_at: app.expires_at,
    });
    const code = await stage.codeTo(mailOf('app'), () => stage.match(id, app.number));
    const { body } = await stage.look(app);
    expect(body).toMatchObject({ state: 'matched', recovery: { id: expect.any(String) } });
    expect(body).not.toHaveProperty('number');
    const story = new Story(rekey);
    Object.assign(story, body.recovery);
    expect((await story.show()).body).toMatchObject({ state: 'proving', methods: ['code', 'backup_code'] });
    expect((await story.resend()).body.code).toBe('resend_too_soon');
    expect((await story.prove(code)).body.state).toBe('proven');
    expect((await story.complete()).status).toBe(201);
    const [{ detail }] = await rekey.sql(
      `select detail from audit_events where recovery_id = $1 and event = 'recovery_proven'`,
      [story.id],
    );
    expect(detail.hold.facts.started_by_staff).toBe(true);
    const url = `${rekey.settings.urls.console}/v1/recoveries/${story.id}`;
    const timeline = await rekey.call('GET', url, { bearer: await who.management() });
    expect(timeline.body).toMatchObject({ account_id: 'app', assist_id: id });
  });

  test('is held by a rule for what staff have started; one that the person starts is not', async () => {
    await who.put('ruled', { roles: ['staff'] });
    const own = new Story(rekey);
    expect((await own.proveBy(mailOf('ruled'))).body.state).toBe('proven');
    await stage.later();
    const { story, code } = await assisted('ruled', { roles: ['staff'] });
    const proved = await story.prove(code);
    expect(proved.body.state).toBe('held');
    expect(Date.parse(proved.body.held_until) - rekey.clock.now()).toBe(24 * 3_600_000);
  });

  test('is stopped by the link of the notification, and the next one is held', async () => {
    const { story } = await assisted('stopper');
    const link = stopTokenIn(await told(who.phoneOf('stopper'), /support started a recovery/));
    expect((await story.stop(link)).status).toBe(204);
    expect((await story.show()).body.state).toBe('stopped');
  });

  test('ten minutes after its start neither the code nor the number works', async () => {
    await who.put('slow');
    const unopened = await stage.started('slow');
    const { id, app } = await stage.joined('slower');
    rekey.clock.advance(lifetimes.assist);
    expect((await stage.enter(unopened.code)).status).toBe(404);
    await stage.support.signIn();
    const late = await stage.match(id, app.number);
    expect([late.status, late.body.code]).toEqual([409, 'invalid_state']);
    expect([await stage.show(unopened.id), await stage.show(id)]).toEqual(['expired', 'expired']);
    expect((await stage.look(app)).body).toEqual({ id, state: 'expired', expires_at: app.expires_at });
    rekey.clock.advance(lifetimes.assistKept);
    await sweepRecoveries(stage.context);
    await stage.support.signIn();
    expect((await stage.support.call('GET', `assists/${id}`)).status).toBe(404);
  });

  test('can begin with a backup code, and needs as many proofs as any other recovery', async () => {
    const { id, codes } = await who.enrol('strong');
    await stage.support.signIn();
    const { id: assist, code } = await stage.started(id);
    newHousehold();
    const { body: app } = await stage.enter(code);
    const sent = await stage.codeTo(mailOf(id), () => stage.match(assist, app.number));
    const story = new Story(rekey);
    Object.assign(story, (await stage.look(app)).body.recovery);
    const [backup = ''] = codes;
    expect((await story.prove(backup, 'backup_code')).body.state).toBe('proving');
    expect((await story.complete()).body.code).toBe('not_proven');
    expect((await story.prove(sent)).body.state).toBe('proven');
  });
});
