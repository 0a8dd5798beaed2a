import type { Page } from 'playwright-core';
import { codeIn, newHousehold, until, useRekey } from '../flows/rekey.js';
import { useBrowser } from './browser.js';
import { expectAccessible, shoot } from './looks.js';

/** Reload, back and a double click in Chromium, without script too: it is not the script that prevents harm. */
describe('pages that are sent again or gone back to, in Chromium', () => {
  const rekey = useRekey();
  const browser = useBrowser();
  const url = (path: string) => `${rekey.settings.urls.recovery}${path}`;
  const open = (width: number, locale: string, javaScriptEnabled = true) =>
    browser.newContext({
      viewport: { width, height: 800 },
      locale,
      javaScriptEnabled,
      extraHTTPHeaders: { 'x-forwarded-for': newHousehold() },
    });
  beforeEach(() => rekey.clock.advance(3_600_000));

  /** The second sending ends the navigation of the first, for which `waitForURL` would throw: the address is looked at instead. */
  const sendTwice = async (page: Page, button: string, leadsTo: string) => {
    await page.dblclick(button);
    await until(leadsTo, async () => page.url() === url(leadsTo) || undefined);
    await page.waitForLoadState();
  };
  const headline = (page: Page) => page.textContent('h1');
  const codesTo = async (to: string) => {
    await rekey.idle();
    return rekey.codes(to);
  };

  test.each([
    [360, 'en-GB', true, /4 tries left/, 'This recovery is finished'],
    [1280, 'zh-CN', false, /还可尝试 4 次/, '此次找回已完成'],
  ])('at %i pixels, in %s, with script %s', async (width, locale, script, left, finished) => {
    const to = script ? 'mei@example.com' : 'sam@example.com';
    const before = (await codesTo(to)).length;
    const context = await open(width, locale, script);
    const page = await context.newPage();
    await page.goto(url(`/recover?login_hint=${to}`));
    await sendTwice(page, 'main form[action="/recover"] button[type=submit]', '/recover/code');
    await until('the code', async () => ((await codesTo(to)).length > before ? true : undefined));
    expect((await codesTo(to)).length).toBe(before + 1);
    const [mail] = await rekey.codes(to);

    await page.fill('#code', '00000000');
    await page.dblclick('form[action="/recover/code"] button');
    await page.waitForSelector('.summary');
    for (let n = 0; n < 3; n++) {
      expect(await page.textContent('.summary')).toMatch(left);
      await page.reload();
    }
    await page.goto(url('/recover/code'));
    await page.goBack();
    await page.goto(url('/recover/code'));
    await page.fill('#code', '00000000');
    await page.press('#code', 'Enter');
    await page.waitForSelector('.summary');
    expect(await page.textContent('.summary')).toMatch(left);
    await shoot(page, `again-${width}-wrong`);

    await page.fill('#code', mail ? codeIn(mail) : '');
    await sendTwice(page, 'form[action="/recover/code"] button', '/recover/password');
    // axe is a script.
    if (script) await expectAccessible(page);
    await shoot(page, `again-${width}-password`);
    await page.fill('#password', 'a sentence for the second click');
    await sendTwice(page, 'form[action="/recover/password"] button.wide', '/recover/done');
    await page.goto(url('/recover/password'));
    expect(await headline(page)).toBe(finished);
    if (script) await expectAccessible(page);
    await shoot(page, `again-${width}-finished`);
    await page.goBack();
    expect(page.url()).toBe(url('/recover/done'));
    await context.close();
  });

  test.each([
    [360, 'en-GB', 'You cancelled this recovery', 'Cookies are needed', 'Page not found'],
    [1280, 'zh-CN', '您已取消此次找回', '需要启用 Cookie', '页面不存在'],
  ])(
    'at %i pixels, in %s: cancel, no cookies, no page',
    async (width, locale, cancelled, cookies, missing) => {
      const context = await open(width, locale);
      const page = await context.newPage();
      await page.goto(url('/recover'));
      await page.fill('#identifier', 'ada@example.com');
      await page.press('#identifier', 'Enter');
      await page.waitForURL('**/recover/code');
      await expectAccessible(page);
      await shoot(page, `again-${width}-code`);
      await page.click('form[action="/recover/cancel"] button');
      await page.waitForURL('**/recover/cancelled');
      expect(await headline(page)).toBe(cancelled);
      await expectAccessible(page);
      await shoot(page, `again-${width}-cancelled`);

      await page.goto(url('/recover'));
      await context.clearCookies();
      await page.fill('#identifier', 'ada@example.com');
      await page.press('#identifier', 'Enter');
      await page.waitForSelector('main a.button');
      expect(await headline(page)).toBe(cookies);
      await expectAccessible(page);
      await shoot(page, `again-${width}-cookies`);
      await page.click('main a.button');
      expect(await page.inputValue('#identifier')).toBe('ada@example.com');

      await page.goto(url('/nowhere'));
      expect(await headline(page)).toBe(missing);
      await expectAccessible(page);
      await shoot(page, `again-${width}-missing`);
      await context.close();
    },
  );
});
