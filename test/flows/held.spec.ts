import { stopToken } from '@rekey/outbox';
import { lifetimes } from '@rekey/recovery';
import { csrfIn, PageBrowser } from './page-browser.js';
import { people } from './people.js';
import { codeIn, newHousehold, stopTokenIn, until, useRekey } from './rekey.js';
import { Story } from './story.js';

const hour = 3_600_000;
const chosen = 'a sentence that somebody has chosen';

/** After a stop the next recovery of the account is held, and everyone who can object gets a notification. */
describe('a recovery after a stop', () => {
  const rekey = useRekey();
  const who = people(rekey);
  beforeEach(() => {
    newHousehold();
    rekey.clock.advance(hour);
  });

  const told = (to: string, about: RegExp) =>
    until(`${about} to ${to}`, async () => (await rekey.messages(to)).find(({ text }) => about.test(text)));
  const mailOf = (id: string) => `${id}@example.com`;
  /** A thief recovers the account, and its owner stops that. */
  const stopped = async (id: string, more: object = {}) => {
    await who.put(id, more);
    const thief = new Story(rekey);
    await thief.proveBy(mailOf(id));
    expect((await thief.complete()).status).toBe(201);
    expect((await thief.stop(stopTokenIn(await told(mailOf(id), /was recovered/)))).status).toBe(204);
    rekey.clock.advance(hour);
    newHousehold();
  };
  const inSeconds = (time: string) => (Date.parse(time) - rekey.clock.now()) / 1000;
  const later = (hours: number) => rekey.clock.advance(hours * hour);

  test('is held for a day once it is proved; every address gets a stop link; then it is proven', async () => {
    await stopped('owner');
    const story = new Story(rekey);
    const proved = await story.proveBy(who.phoneOf('owner'));
    expect(proved.body).toMatchObject({ state: 'held', methods: [] });
    expect(inSeconds(proved.body.held_until)).toBe(24 * 3600);
    expect(inSeconds(proved.body.expires_at)).toBe(24 * 3600 + lifetimes.afterHold / 1000);
    expect((await story.show()).body).toEqual(proved.body);
    for (const to of [mailOf('owner'), who.phoneOf('owner')])
      expect((await told(to, /passed the security checks|on hold until/)).text).toContain('/stop?token=');
    later(23);
    const early = await story.complete();
    expect([early.status, early.body.code, early.headers.get('retry-after')]).toEqual([
      409,
      'not_proven',
      '3600',
    ]);
    expect(early.body.methods).toEqual([]);
    expect((await story.prove('00000000')).body.code).toBe('invalid_state');
    expect((await story.resend()).body.code).toBe('invalid_state');
    later(1);
    expect((await story.show()).body).toMatchObject({ state: 'proven' });
    expect((await story.complete({ password: chosen })).status).toBe(201);
    expect((await who.signIn('owner', { password: chosen })).status).toBe(201);
    const audited = await rekey.sql(
      `select event from audit_events where recovery_id = $1 and event in ('recovery_held', 'recovery_proven') order by id`,
      [story.id],
    );
    expect(audited.map(({ event }) => event)).toEqual(['recovery_held', 'recovery_proven']);
    // Nobody disputed it, so the next one is not held.
    later(1);
    expect((await new Story(rekey).proveBy(mailOf('owner'))).body.state).toBe('proven');
  });

  test('gives credentials three days later, also without a look in between; an hour after that it has expired', async () => {
    for (const [id, hours] of [
      ['back', 95],
      ['late', 97],
    ] as const) {
      await stopped(id);
      const story = new Story(rekey);
      expect((await story.proveBy(mailOf(id))).body.state).toBe('held');
      later(hours);
      expect([id, (await story.complete()).status]).toEqual([id, hours < 96 ? 201 : 410]);
    }
  });

  test('can be stopped while it is held, and the next one is held again', async () => {
    await stopped('twice');
    const thief = new Story(rekey);
    expect((await thief.proveBy(mailOf('twice'))).body.state).toBe('held');
    const link = stopTokenIn(await told(who.phoneOf('twice'), /on hold until/));
    later(20);
    expect((await thief.stop(link)).status).toBe(204);
    expect((await thief.show()).body.state).toBe('stopped');
    later(30);
    expect((await thief.complete()).status).toBe(410);
    expect((await new Story(rekey).proveBy(who.phoneOf('twice'))).body.state).toBe('held');
  });

  test('is judged again after the hold: changes in between count', async () => {
    await stopped('changed');
    const story = new Story(rekey);
    expect((await story.proveBy(who.phoneOf('changed'))).body.state).toBe('held');
    later(1);
    const bearer = (await who.signIn('changed')).body.access_token;
    const json = { current_password: 'a sentence that nobody else says', password: chosen };
    expect((await who.issuer('PUT', 'password', { bearer, json })).status).toBe(200);
    const now = (await story.show()).body;
    expect(now).toMatchObject({ state: 'proving', methods: ['code', 'backup_code'] });
    // It expires like any other recovery that is being proved.
    expect(inSeconds(now.expires_at)).toBe(lifetimes.idle / 1000);
  });

  test('ends its own hold when it completes, but not the hold of a later stop', async () => {
    await stopped('meanwhile');
    // So late that the next stop does not also take back what was stopped before.
    later(lifetimes.stopLink / hour);
    const owner = new Story(rekey);
    expect((await owner.proveBy(who.phoneOf('meanwhile'))).body.state).toBe('held');
    later(1);
    const thief = new Story(rekey);
    expect((await thief.proveBy(mailOf('meanwhile'))).body.state).toBe('held');
    const link = stopToken(rekey.settings.keyring, thief.id, rekey.clock.now());
    expect((await thief.stop(link)).status).toBe(204);
    // Everyone who could object was notified, and nobody did.
    later(23);
    expect((await owner.complete()).status).toBe(201);
    later(1);
    expect((await new Story(rekey).proveBy(mailOf('meanwhile'))).body.state).toBe('held');
  });

  test('is held when it was started before the stop and proved by somebody else', async () => {
    await who.put('both', { password: undefined });
    const early = new Story(rekey);
    expect((await early.proveBy(mailOf('both'))).body.state).toBe('proven');
    rekey.clock.advance(60_000);
    const thief = new Story(rekey);
    await thief.proveBy(who.phoneOf('both'));
    expect((await thief.complete()).status).toBe(201);
    rekey.clock.advance(60_000);
    const link = stopTokenIn(await told(who.phoneOf('both'), /was recovered/));
    expect((await thief.stop(link)).status).toBe(204);
    expect((await early.complete()).body.code).toBe('not_proven');
    expect((await early.show()).body.state).toBe('held');
  });

  test('is not held when nothing was proved in the stopped one', async () => {
    await who.put('scared');
    const attempt = new Story(rekey);
    await attempt.start({ identifier: mailOf('scared') });
    const mail = await until('the code', async () => (await rekey.codes(mailOf('scared')))[0]);
    expect((await attempt.stop(stopTokenIn(mail))).status).toBe(204);
    later(1);
    expect((await new Story(rekey).proveBy(mailOf('scared'))).body.state).toBe('proven');
  });

  test.each([
    [
      'en',
      /come back to this page in this browser on .* UTC/,
      /<h1>Undone<.* this account has to wait 24 hours.* You confirm it's you, then wait 24 hours/s,
    ],
    ['zh-CN', /UTC 或之后，用此浏览器回到本页面/, /<h1>已撤销<.*需等待 24 小时.*需等待上述时间/s],
  ])('the pages say when to come back, and continue then, %s', async (language, page, stop) => {
    const id = `paged-${language.toLowerCase()}`;
    await stopped(id);
    const headers = { 'accept-language': language };
    const browser = new PageBrowser(rekey.settings.urls.recovery, newHousehold);
    const before = (await rekey.codes(mailOf(id))).length;
    const form = await browser.get('/recover', headers);
    await browser.post('/recover', { csrf: csrfIn(form.html), identifier: mailOf(id) }, headers);
    const asked = await browser.get('/recover/code', headers);
    const mail = await until('the code', async () => {
      const codes = await rekey.codes(mailOf(id));
      return codes.length > before ? codes[0] : undefined;
    });
    const csrf = csrfIn(asked.html);
    const proved = await browser.post('/recover/code', { csrf, code: codeIn(mail) }, headers);
    expect(proved.headers.get('location')).toBe('/recover/code');
    const held = await browser.get('/recover/code', headers);
    expect([held.status, held.html]).toEqual([200, expect.stringMatching(page)]);
    const kept = browser.setCookies.findLast((cookie) => cookie.includes('rekey-recovery='));
    expect(Number(/Max-Age=(\d+)/.exec(kept ?? '')?.[1])).toBe(96 * 3600);
    expect((await browser.get('/recover/password', headers)).headers.get('location')).toBe('/recover/code');
    // The link of the notification leads back in this browser, and says nothing elsewhere.
    expect((await told(mailOf(id), /\/recover\/back/)).text).toContain(rekey.settings.urls.recovery);
    const back = await browser.get('/recover/back', headers);
    const elsewhere = await new PageBrowser(rekey.settings.urls.recovery, newHousehold).get(
      '/recover/back',
      headers,
    );
    expect([back.status, back.html]).toEqual([200, elsewhere.html]);
    expect(back.html).toContain('href="/recover/code"');
    later(24);
    expect((await browser.get('/recover/code', headers)).headers.get('location')).toBe('/recover/password');
    const password = 'a password from the one who waited';
    const set = await browser.post('/recover/password', { csrf, password }, headers);
    expect(set.headers.get('location')).toBe('/recover/done');
    const owner = new PageBrowser(rekey.settings.urls.recovery, newHousehold);
    await owner.get(`/stop?token=${stopTokenIn(mail)}`);
    const stopPage = await owner.get('/stop', headers);
    const done = await owner.post('/stop', { csrf: csrfIn(stopPage.html) }, headers);
    expect([done.status, done.html]).toEqual([200, expect.stringMatching(stop)]);
  });
});
