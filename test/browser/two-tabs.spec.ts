import type { Page } from 'playwright-core';
import { people } from '../flows/people.js';
import { codeIn, newHousehold, stopTokenIn, until, useRekey } from '../flows/rekey.js';
import { useBrowser } from './browser.js';
import { expectAccessible, shoot } from './looks.js';

/** Two tabs of one Chromium, and an account in each. */
describe('two tabs in Chromium', () => {
  const rekey = useRekey();
  const who = people(rekey);
  const browser = useBrowser();
  beforeEach(() => {
    rekey.clock.advance(600_000);
  });

  const url = (path: string) => `${rekey.settings.urls.recovery}${path}`;
  const open = (width: number, locale: string) =>
    browser.newContext({
      viewport: { width, height: 800 },
      locale,
      extraHTTPHeaders: { 'x-forwarded-for': newHousehold() },
    });
  const begin = async (tab: Page, identifier: string): Promise<string> => {
    const before = (await rekey.codes(identifier)).length;
    await tab.goto(url('/recover'));
    await tab.fill('#identifier', identifier);
    await tab.press('#identifier', 'Enter');
    await tab.waitForURL('**/recover/code');
    const mail = await until('the code', async () => {
      const codes = await rekey.codes(identifier);
      return codes.length > before ? codes[0] : undefined;
    });
    return codeIn(mail);
  };

  test.each([
    [
      360,
      'en-GB',
      'Enter the code',
      /After this recovery, you started another one/,
      'Go to the other recovery',
    ],
    [1280, 'zh-CN', '输入验证码', /在此次找回之后/, '前往另一次找回'],
  ])(
    'at %i pixels, in %s: each tab continues its own recovery, and a page says that there is another one',
    async (width, locale, title, note, other) => {
      const context = await open(width, locale);
      const [first, second] = [await context.newPage(), await context.newPage()];
      const code = await begin(first, 'ada@example.com');
      const [, mark = ''] = (await first.inputValue('form[action="/recover/code"] [name=csrf]')).split('.');
      const others = await begin(second, 'mei@example.com');
      await second.fill('#code', others);
      await second.press('#code', 'Enter');
      await second.waitForURL('**/recover/password');
      // The script of the first page asks about its own recovery, and does not follow the second.
      const told = await first.waitForResponse((answer) => answer.url().includes(`/progress?of=${mark}`));
      expect(await told.text()).toMatch(/"at":"proving /);
      expect(await first.textContent('h1')).toBe(title);
      await first.click('a[href^="/recover/other"]');
      await first.waitForURL('**/recover/other?of=*');
      expect(await first.textContent('main')).toMatch(note);
      await expectAccessible(first);
      await shoot(first, `two-tabs-${width}-recovery`);
      await first.click(`text=${other}`);
      await first.waitForURL('**/recover/password');
      await first.goBack();
      await first.click('a[href^="/recover/code"]:not(.aside a)');
      await first.waitForSelector('#code');
      await first.fill('#code', code);
      await first.press('#code', 'Enter');
      await first.waitForURL('**/recover/password?of=*');
      await first.fill('#password', `a sentence of the first tab ${width}`);
      await first.press('#password', 'Enter');
      await first.waitForURL('**/recover/done');
      // Ended here, it is no longer named.
      await second.reload();
      expect(await second.isVisible(`text=${other}`)).toBe(false);
      await second.waitForSelector('#password');
      await context.close();
    },
  );

  test.each([
    [360, 'en-GB'],
    [1280, 'zh-CN'],
  ])('at %i pixels, in %s: accounts and stop links', async (width, locale) => {
    const context = await open(width, locale);
    const [first, second] = [await context.newPage(), await context.newPage()];
    const password = 'a sentence that nobody else says';
    for (const [tab, id] of [
      [first, `one-${width}`],
      [second, `two-${width}`],
    ] as const) {
      await who.put(id);
      await context.clearCookies({ name: 'rekey-session' });
      await tab.goto(url('/account'));
      await tab.fill('#identifier', `${id}@example.com`);
      await tab.fill('#password', password);
      await tab.press('#password', 'Enter');
      await tab.waitForSelector('form[action="/account/sign-out"]');
    }
    await first.click('form[action="/account/totp"] button');
    await first.waitForSelector('main a.button[href="/account"]');
    await expectAccessible(first);
    await shoot(first, `two-tabs-${width}-account`);

    for (const tab of [first, second]) {
      const [mail] = await rekey.codes(tab === first ? 'ada@example.com' : 'mei@example.com');
      if (!mail) throw new Error('no mail with a stop link');
      await tab.goto(url(`/stop?token=${stopTokenIn(mail)}`));
      await tab.waitForSelector('form[action="/stop"]');
    }
    await first.click('main button[type=submit]');
    await first.waitForSelector('main a.button[href="/stop"]');
    await expectAccessible(first);
    await shoot(first, `two-tabs-${width}-stop`);
    await context.close();
  });
});
