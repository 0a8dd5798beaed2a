import { generateSync } from 'otplib';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { newHousehold, until, useRekey } from '../flows/rekey.js';
import { useBrowser } from './browser.js';
import { expectAccessible, shoot } from './looks.js';

describe('links and second factors in Chromium', () => {
  const rekey = useRekey();
  const browser = useBrowser();
  let base: string;
  beforeAll(() => {
    base = rekey.settings.urls.recovery;
  });
  beforeEach(() => {
    rekey.clock.advance(600_000);
  });

  const open = (options: BrowserContextOptions = {}) =>
    browser.newContext({
      viewport: { width: 360, height: 760 },
      locale: 'en-GB',
      extraHTTPHeaders: { 'x-forwarded-for': newHousehold() },
      ...options,
    });
  const looks = async (page: Page, name: string) => {
    await expectAccessible(page);
    await shoot(page, name);
  };
  /** Submits the form, and returns the link of the mail that it caused. */
  const begin = async (page: Page, identifier: string): Promise<string> => {
    const before = (await rekey.codes(identifier)).length;
    await page.goto(`${base}/recover`);
    await page.fill('#identifier', identifier);
    await page.click('main button[type=submit]');
    await page.waitForURL('**/recover/code');
    const mail = await until('a mail', async () => {
      const codes = await rekey.codes(identifier);
      return codes.length > before ? codes[0] : undefined;
    });
    return /https?:\/\/\S+\/recover\/link\?token=[\w-]+/.exec(mail.text)?.[0] ?? '';
  };
  const numberOn = async (page: Page) => (await page.textContent('.number')) ?? '';

  test.each([
    ['en', { locale: 'en-GB' }],
    ['zh-dark', { locale: 'zh-CN', colorScheme: 'dark' as const }],
  ])(
    'a link on another device, %s: the person enters the number, and the first page continues by itself',
    async (name, options) => {
      const laptop = await (await open({ ...options, viewport: { width: 1280, height: 900 } })).newPage();
      const link = await begin(laptop, 'mei@example.com');
      await looks(laptop, `link-${name}-1-code`);
      const phone = await (await open(options)).newPage();
      await phone.goto(link);
      expect(phone.url()).toBe(`${base}/recover/link`);
      await looks(phone, `link-${name}-2-tap`);
      await phone.click('main button[type=submit]');
      await phone.waitForSelector('#number');
      await looks(phone, `link-${name}-3-number`);
      const number = await numberOn(laptop);
      await phone.fill('#number', number === '100' ? '101' : '100');
      await phone.press('#number', 'Enter');
      await phone.waitForSelector('.summary');
      await looks(phone, `link-${name}-4-wrong`);
      await phone.fill('#number', number);
      await phone.press('#number', 'Enter');
      await phone.waitForSelector('.note');
      await looks(phone, `link-${name}-5-done`);
      await laptop.waitForURL('**/recover/password');
    },
  );

  test('in the same browser one tap is enough, also without script', async () => {
    const context = await open({ javaScriptEnabled: false });
    const page = await context.newPage();
    const link = await begin(page, 'ada@example.com');
    const other = await context.newPage();
    await other.goto(link);
    await other.click('main button[type=submit]');
    await other.waitForURL('**/recover/password');
  });

  test('an authenticator is set up, its secret is shown once, and a recovery asks for it', async () => {
    const context = await open();
    const page = await context.newPage();
    await page.goto(`${base}/account`);
    await looks(page, 'account-1-sign-in');
    const signIn = async (second = '') => {
      await page.fill('#identifier', 'ada@example.com');
      await page.fill('#password', 'correct horse battery');
      await page.fill('#second_factor', second);
      await page.press('#password', 'Enter');
    };
    await signIn();
    await page.waitForSelector('text=Set up an authenticator app');
    await looks(page, 'account-2-none');
    await page.click('text=Set up an authenticator app');
    await page.waitForSelector('.picture svg');
    await looks(page, 'account-3-bind');
    const secret = ((await page.textContent('.secret')) ?? '').replaceAll(' ', '');
    const code = () =>
      generateSync({ strategy: 'totp', secret, epoch: Math.floor(rekey.clock.now() / 1000) });
    await page.fill('#value', code());
    await page.press('#value', 'Enter');
    await page.waitForSelector('#second_factor');
    rekey.clock.advance(60_000);
    await signIn();
    await page.waitForSelector('.summary');
    await looks(page, 'account-4-needs-second');
    await signIn(code());
    await page.click('text=Create backup codes');
    await page.waitForSelector('.secrets');
    await looks(page, 'account-5-codes');
    const [first = ''] = await page.locator('.secrets li').allTextContents();
    await page.click("text=I've saved them");
    await page.waitForSelector('text=10 of 10 left');
    await looks(page, 'account-6-home');
    const lost = await (await open()).newPage();
    // A first app counts in a recovery after a day.
    await rekey.idle();
    rekey.clock.advance(86_400_000);
    const link = await begin(lost, 'ada@example.com');
    await lost.click('text=Use a backup code instead');
    await lost.waitForSelector('#backup_code');
    await looks(lost, 'account-7-backup-code');
    await lost.goto(link);
    await lost.click('main button[type=submit]');
    await lost.waitForSelector('#totp');
    await looks(lost, 'account-8-one-more');
    await lost.fill('#totp', '000000');
    await lost.press('#totp', 'Enter');
    await lost.waitForSelector('.summary');
    await looks(lost, 'account-9-wrong');
    await lost.fill('#backup_code', first.toLowerCase());
    await lost.press('#backup_code', 'Enter');
    await lost.waitForURL('**/recover/password');
  });
});
