import type { Page } from 'playwright-core';
import { people } from '../flows/people.js';
import { codeIn, newHousehold, until, useRekey } from '../flows/rekey.js';
import { useBrowser } from './browser.js';

/** A Chromium that keeps whole pages for the way back, with their forms as they were. */
describe('pages that come from the back/forward cache', () => {
  const rekey = useRekey();
  const who = people(rekey);
  const browser = useBrowser({ keepsPages: true });
  const url = (path: string) => `${rekey.settings.urls.recovery}${path}`;
  const open = (javaScriptEnabled = true) =>
    browser.newContext({ javaScriptEnabled, extraHTTPHeaders: { 'x-forwarded-for': newHousehold() } });
  beforeEach(() => rekey.clock.advance(3_600_000));

  /** Once it is there, and the script of a page from the cache has led to the page as it is now. */
  const contentOf = async (page: Page): Promise<string> => {
    await page.waitForTimeout(500);
    return until('a page', () => page.content().catch(() => undefined));
  };

  /** Back, as far as there is anything. @returns what each page is, and its forms */
  const goBackAll = async (page: Page) => {
    const seen: { at: string; title: string; forms: string[]; html: string }[] = [];
    for (let steps = 0; steps < 12; steps++) {
      const before = page.url();
      // Chromium asks before it sends a form again, and shows a page of its own.
      await page.goBack({ waitUntil: 'commit' }).catch(() => undefined);
      const html = await contentOf(page);
      if (page.url() === 'about:blank' || (page.url() === before && seen.at(-1)?.at === before)) break;
      const forms = [...html.matchAll(/action="([^"]+)"/g)].map(([, action = '']) => action);
      seen.push({ at: page.url(), title: /<h1>(.*?)</.exec(html)?.[1] ?? '', forms, html });
    }
    return seen;
  };

  test('this browser keeps pages', async () => {
    const context = await open();
    const page = await context.newPage();
    await page.addInitScript(
      "addEventListener('pageshow', ({ persisted }) => { globalThis.persisted = persisted; })",
    );
    await page.goto(url('/robots.txt'));
    await page.goto(`${rekey.settings.urls.issuer}/robots.txt`);
    await page.goBack({ waitUntil: 'commit' });
    await page.waitForFunction('globalThis.persisted === true');
    await context.close();
  });

  test.each([
    ['with script', true],
    ['without script', false],
  ])(
    '%s: after the end, no step back shows a form of the recovery that does anything',
    async (_how, script) => {
      const id = script ? 'back-script' : 'back-plain';
      await who.put(id);
      const context = await open(script);
      const page = await context.newPage();
      await page.goto(url('/recover'));
      await page.fill('#identifier', `${id}@example.com`);
      await page.click('form[action="/recover"] button[type=submit]');
      await page.waitForURL('**/recover/code');
      const mail = await until('the code', async () => (await rekey.codes(`${id}@example.com`))[0]);
      await page.click('a[href^="/recover/other"]');
      await page.waitForSelector('form[action="/recover/other"]');
      await page.click('a[href^="/recover/code"]');
      await page.waitForSelector('#code');
      await page.fill('#code', codeIn(mail));
      await page.click('form[action="/recover/code"] button');
      await page.waitForURL('**/recover/password');
      await page.fill('#password', 'a sentence that is gone back to');
      await page.click('form[action="/recover/password"] button.wide');
      await page.waitForURL('**/recover/done');
      const seen = await goBackAll(page);
      expect(seen.length).toBeGreaterThan(2);
      for (const { at, title, forms, html } of seen) {
        expect(html).not.toContain(codeIn(mail));
        if (new URL(at).pathname === '/recover') continue;
        expect([at, title, forms]).toEqual([at, 'This recovery is finished', []]);
      }
      await context.close();
    },
  );

  test.each([
    ['with script', true],
    ['without script', false],
  ])('%s: codes that were shown once are on no page that is gone back to', async (_how, script) => {
    const id = script ? 'codes-script' : 'codes-plain';
    await who.put(id);
    const context = await open(script);
    const page = await context.newPage();
    await page.goto(url('/account'));
    await page.fill('#identifier', `${id}@example.com`);
    await page.fill('#password', 'a sentence that nobody else says');
    await page.press('#password', 'Enter');
    await page.waitForSelector('form[action="/account/backup-codes"]');
    await page.click('form[action="/account/backup-codes"] button');
    await page.waitForSelector('li');
    expect(await page.content()).toMatch(/<li>[0-9A-Z-]{19}</);
    // Nothing of ours is asked for meanwhile, and no cookie changes.
    await page.goto(`${rekey.settings.urls.issuer}/robots.txt`);
    await page.goBack({ waitUntil: 'commit' }).catch(() => undefined);
    expect(await contentOf(page)).not.toMatch(/<li>[0-9A-Z-]{19}</);
    await page.goto(url('/account'));
    await page.waitForSelector('form[action="/account/sign-out"]');
    await page.click('form[action="/account/sign-out"] button');
    await page.waitForSelector('#identifier');
    const seen = await goBackAll(page);
    expect(seen.length).toBeGreaterThan(1);
    for (const { html, forms } of seen) {
      expect(html).not.toMatch(/<li>[0-9A-Z-]{19}</);
      expect(forms).not.toContain('/account/backup-codes');
    }
    await context.close();
  });
});
