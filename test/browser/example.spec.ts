import { decodeProtectedHeader } from 'jose';
import { until, useRekey } from '../flows/rekey.js';
import { signingOf } from '../flows/signing.js';
import { stallStorage, useBrowser } from './browser.js';
import { useExample } from './example-app.js';
import { expectAccessible, shoot } from './looks.js';

/** The example app, and with it the SDK, in Chromium: two tabs of one session against the real issuer. */
describe('the example app in Chromium', () => {
  const rekey = useRekey();
  const app = useExample(rekey, useBrowser());
  const { open, tab, signedIn, twoTabs, pass, call, kept, log, tokenOf, livingSessions, back } = app;

  test('a token that ages in two tabs: many requests in both, one renewal, one session', async () => {
    const [one, other] = await twoTabs();
    await pass(25);
    await Promise.all([call(one, 5), call(other, 5)]);
    await Promise.all([kept(one), kept(other)]);
    expect(app.renewals).toBe(1);
    await until('the same token in both', async () =>
      (await one.textContent('#text')) === (await other.textContent('#text')) ? true : undefined,
    );
    expect(await livingSessions()).toBe(1);
    await one.click('#tamper');
    await Promise.all([call(one, 3), call(other, 3)]);
    await until('all answers', async () =>
      (await log(other)).match(/: 201/g)?.length === 8 ? true : undefined,
    );
    await kept(one);
    expect(app.renewals).toBe(2);
    expect(await livingSessions()).toBe(1);
    await other.click('#sign-out');
    await one.waitForSelector('#sign-in:visible');
    // The tabs forget their session first, then the issuer is told.
    await until('the end', async () => ((await livingSessions()) === 0 ? true : undefined));
    expect(app.faults).toEqual([]);
  });

  test('the browser tells a tab late what another one stored: one renewal, and a sign-out stays one', async () => {
    const [one, other] = await twoTabs();
    await pass(25);
    const resume = stallStorage();
    try {
      await Promise.all([call(one, 5), call(other, 5)]);
      await Promise.race([kept(one), kept(other)]);
    } finally {
      setTimeout(resume, 500);
    }
    await Promise.all([kept(one), kept(other)]);
    expect(app.renewals).toBe(1);
    expect(await tokenOf(one)).toBe(await tokenOf(other));
    const again = stallStorage();
    try {
      await one.click('#sign-out');
      await until('the end', async () => ((await livingSessions()) === 0 ? true : undefined));
      await call(other);
    } finally {
      setTimeout(again, 500);
    }
    await other.waitForSelector('#way-back:visible');
    expect(app.renewals).toBe(1);
    expect(await other.evaluate(`localStorage.getItem('notes')`)).toBe(null);
    expect(app.faults).toEqual([]);
  });

  test('requests wait while the network is down, and continue with the same session', async () => {
    await open();
    const page = await signedIn();
    await pass(40);
    await app.context.setOffline(true);
    await call(page, 2);
    await until('a few tries', async () => (app.renewals > 2 ? true : undefined));
    expect(await page.textContent('#answer')).toBe('Waiting…');
    await app.context.setOffline(false);
    await kept(page);
    expect(await livingSessions()).toBe(1);
    expect(app.faults).toEqual([]);
  });

  test('a session ended elsewhere: both tabs ask, one recovery in the page, both continue', async () => {
    const [one, other] = await twoTabs();
    await one.click('#revoke');
    await until('the end', async () => ((await livingSessions()) === 0 ? true : undefined));
    await Promise.all([call(one, 3), call(other, 3)]);
    await Promise.all([one, other].map((page) => page.waitForSelector('#way-back:visible')));
    for (const page of [one, other]) {
      expect((await log(page)).match(/The session has ended \(invalid_grant\)/g)).toHaveLength(1);
      expect(await page.isVisible('#sign-in')).toBe(false);
    }
    const code = await back(one);
    await one.fill('#code', '0000 0000');
    await one.press('#code', 'Enter');
    await until('the refusal', async () => (await one.textContent('#way-back-problem')) || undefined);
    await one.fill('#code', code);
    await one.press('#code', 'Enter');
    await Promise.all([kept(one), kept(other)]);
    for (const page of [one, other]) expect(await page.isVisible('#way-back')).toBe(false);
    expect((await log(one)).match(/: 201/g)?.length).toBeGreaterThanOrEqual(3);
    expect(await livingSessions()).toBe(1);
    expect(app.faults).toEqual([]);
  });

  test('declining a recovery is reported, and the next request asks again', async () => {
    await open();
    const page = await signedIn();
    await page.click('#revoke');
    await until('the end', async () => ((await livingSessions()) === 0 ? true : undefined));
    await call(page, 2);
    await page.click('#begin [data-give-up]');
    await page.waitForSelector('#sign-in:visible');
    await page.click('#lost');
    const code = await back(page);
    await page.fill('#code', code);
    await page.press('#code', 'Enter');
    await page.waitForSelector('#token:visible');
    await call(page);
    await kept(page);
    expect(app.faults).toEqual([]);
  });

  test('works through rotations of the signing keys', async () => {
    await open();
    const page = await signedIn();
    const keys = await signingOf(rekey);
    const used = new Set<string>();
    for (let n = 0; n < 35; n++) {
      rekey.clock.advance(2 * 86_400_000);
      await keys.rotate();
      await page.evaluate(`document.getElementById('answer').textContent = ''`);
      await call(page);
      await kept(page);
      used.add(decodeProtectedHeader(await tokenOf(page)).kid ?? '');
    }
    expect(used.size).toBeGreaterThanOrEqual(3);
    expect(app.renewals).toBe(35);
    expect(await livingSessions()).toBe(1);
  });

  test.each([-5, 5])('a device whose clock is %i hours off works, and renews in time', async (hours) => {
    await open({}, hours * 3_600_000);
    const page = await signedIn();
    await call(page);
    await kept(page);
    expect(app.renewals).toBe(0);
    await pass(25);
    await call(page);
    await until('the renewal', async () => (app.renewals === 1 ? true : undefined));
    await kept(page);
    // The clock is also corrected during a session.
    await app.context.clock.setSystemTime(rekey.clock.now());
    await call(page);
    await until('another', async () => (app.renewals === 2 ? true : undefined));
    expect(app.faults).toEqual([]);
  });

  test('a redirect to another origin does not send the token there', async () => {
    await open();
    const page = await signedIn();
    const seen: (string | null)[] = [];
    await app.context.route('**/example/api/away', (route) =>
      route.fulfill({ status: 307, headers: { location: `${rekey.settings.urls.issuer}/v1/sessions` } }),
    );
    app.context.on('request', async (request) => {
      if (request.method() === 'GET' && request.url().endsWith('/v1/sessions'))
        seen.push(await request.headerValue('authorization'));
    });
    const text = await page.evaluate(`(async () => {
      const { createClient, keyValueStorage } = await import('/example/modules/libs/client/src/index.js');
      const { issuer, recovery } = document.documentElement.dataset;
      const client = createClient({ issuer, recovery, clientId: 'example', storage: keyValueStorage(localStorage, 'notes') });
      const first = await client.fetch(issuer + '/v1/sessions');
      const answer = await client.fetch('/example/api/away').catch((fault) => ({ status: String(fault) }));
      return first.status + ' ' + answer.status;
    })()`);
    expect(text).toMatch(/^200 (401|TypeError.*)$/);
    await until('both requests', async () => (seen.length >= 2 ? true : undefined));
    expect(seen[0]).toMatch(/^Bearer ey/);
    expect(seen.slice(1).filter((header) => header !== null)).toEqual([]);
  });

  test.each([
    ['phone-light', { viewport: { width: 360, height: 760 } }],
    ['phone-dark', { viewport: { width: 360, height: 760 }, colorScheme: 'dark' as const }],
    ['desk-light', { viewport: { width: 1280, height: 900 } }],
    ['desk-dark', { viewport: { width: 1280, height: 900 }, colorScheme: 'dark' as const }],
  ])('the page is accessible and fits, %s', async (name, options) => {
    await open(options);
    const page = await tab();
    const looks = async (state: string) => {
      await expectAccessible(page);
      await shoot(page, `example-${name}-${state}`);
    };
    await looks('1-sign-in');
    await page.fill('#password', 'wrong');
    await page.click('#sign-in button[type=submit]');
    await until('the refusal', async () => (await page.textContent('#sign-in-problem')) || undefined);
    await looks('2-refused');
    await page.fill('#password', 'correct horse battery');
    await page.click('#sign-in button[type=submit]');
    await page.waitForSelector('#token:visible');
    await call(page);
    await kept(page);
    await page.click('#tamper');
    await call(page);
    await until('the repeat', async () =>
      (await log(page)).match(/: 201/g)?.length === 2 ? true : undefined,
    );
    await page.click('#age-it');
    await page.click('#cut');
    await looks('3-token');
    await page.click('#cut');
    await page.click('#revoke');
    await until('the end', async () => ((await livingSessions()) === 0 ? true : undefined));
    await call(page);
    await page.waitForSelector('#way-back:visible');
    await looks('4-way-back');
    const code = await back(page);
    await page.fill('#code', code);
    await looks('5-code');
    await page.press('#code', 'Enter');
    await kept(page);
    await looks('6-back');
    expect(app.faults).toEqual([]);
  });
});
