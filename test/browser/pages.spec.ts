import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BrowserContext, BrowserContextOptions } from 'playwright-core';
import { codeIn, newHousehold, stopTokenIn, until, useRekey } from '../flows/rekey.js';
import { useBrowser } from './browser.js';
import { expectAccessible, shoot } from './looks.js';

describe('the pages in Chromium', () => {
  const rekey = useRekey({ environment: { SIGN_IN_URL: 'https://shop.example/sign-in' } });
  const browser = useBrowser();
  let recover: string;

  beforeAll(() => {
    recover = `${rekey.settings.urls.recovery}/recover`;
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

  const freshCode = async (to: string, before: number) =>
    codeIn(
      await until(`a code to ${to}`, async () => {
        const codes = await rekey.codes(to);
        return codes.length > before ? codes[0] : undefined;
      }),
    );

  const walk = async (context: BrowserContext, name: string, identifier: string, to: string) => {
    const page = await context.newPage();
    const faults: string[] = [];
    page.on('pageerror', (fault) => faults.push(String(fault)));
    page.on('console', (message) => {
      if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) faults.push(message.text());
    });
    await page.goto(recover);
    await expectAccessible(page);
    await shoot(page, `${name}-1-form`);
    await page.fill('#identifier', 'not an identifier');
    await page.press('#identifier', 'Enter');
    await page.waitForSelector('.summary');
    expect(await page.title()).toMatch(/^(Error|错误): /);
    await expectAccessible(page);
    await shoot(page, `${name}-2-form-error`);
    await page.fill('#identifier', '(202) 555-0123');
    await page.press('#identifier', 'Enter');
    await page.waitForSelector('.field.has-problem #country');
    await expectAccessible(page);
    await shoot(page, `${name}-2-form-country`);
    const before = (await rekey.codes(to)).length;
    await page.fill('#identifier', identifier);
    await page.click('main button[type=submit]');
    await page.waitForURL('**/recover/code');
    await expectAccessible(page);
    await shoot(page, `${name}-3-code`);
    const code = await freshCode(to, before);
    await page.fill('#code', '00000000');
    await page.press('#code', 'Enter');
    await page.waitForSelector('.summary');
    await expectAccessible(page);
    await shoot(page, `${name}-4-code-wrong`);
    await page.fill('#code', ` ${code} `);
    await page.press('#code', 'Enter');
    await page.waitForURL('**/recover/password');
    await expectAccessible(page);
    await shoot(page, `${name}-5-password`);
    await page.fill('#password', 'short');
    await page.press('#password', 'Enter');
    await page.waitForSelector('.summary');
    await expectAccessible(page);
    await shoot(page, `${name}-6-password-refused`);
    await page.fill('#password', `a long password of ${name}`);
    await page.press('#password', 'Enter');
    await page.waitForURL('**/recover/done');
    await expectAccessible(page);
    await shoot(page, `${name}-7-done`);
    expect(faults).toEqual([]);
    const notice = await until('the notice', async () =>
      (await rekey.messages(to)).find(({ text }) => !text.includes(code) && /recovered|已被找回/.test(text)),
    );
    await page.goto(`${rekey.settings.urls.recovery}/stop?token=${stopTokenIn(notice)}`);
    expect(page.url()).toBe(`${rekey.settings.urls.recovery}/stop`);
    await expectAccessible(page);
    await shoot(page, `${name}-8-stop`);
    await page.click('main button[type=submit]');
    await page.waitForSelector('.note');
    await expectAccessible(page);
    await shoot(page, `${name}-9-stopped`);
  };

  test('a whole recovery on a phone, in English, in light mode', async () => {
    await walk(await open(), 'phone-en-light', 'mei@example.com', 'mei@example.com');
  });

  test('a whole recovery on a desktop, in Chinese, in dark mode', async () => {
    const context = await open({
      viewport: { width: 1280, height: 860 },
      locale: 'zh-CN',
      colorScheme: 'dark',
    });
    await walk(context, 'desk-zh-dark', 'sam', 'sam@example.com');
  });

  test('a whole recovery without script', async () => {
    const context = await open({ javaScriptEnabled: false, viewport: { width: 1280, height: 860 } });
    const page = await context.newPage();
    const before = (await rekey.codes('+12025550123')).length;
    await page.goto(recover);
    await page.fill('#identifier', '202-555-0123');
    await page.click('main button[type=submit]');
    await page.waitForSelector('.summary');
    expect([await page.inputValue('#identifier'), await page.inputValue('#country')]).toEqual([
      '202-555-0123',
      'GB',
    ]);
    await shoot(page, 'plain-country');
    await page.selectOption('#country', 'US');
    await page.click('main button[type=submit]');
    await page.waitForURL('**/recover/code');
    await page.click('form.aside button >> nth=0');
    expect(await page.textContent('.note')).toMatch(/another in \d+ s/);
    await shoot(page, 'plain-resend-early');
    rekey.clock.advance(60_000);
    await page.click('form.aside button >> nth=0');
    await page.waitForURL('**/recover/code?sent');
    const code = await freshCode('+12025550123', before + 1);
    await page.fill('#code', code);
    await page.click('main button[type=submit]');
    await page.waitForURL('**/recover/password');
    await page.fill('#password', 'without any script at all');
    await page.click('main button[type=submit]');
    await page.waitForURL('**/recover/done');
    await page.goBack();
    expect(await page.textContent('h1')).toBeTruthy();
  });

  test('started by an app, it ends at the app, with a code that only that app can redeem [ASVS 3.7.2, RFC9700 2.1, RFC9700 2.1.1, RFC9700 4.4]', async () => {
    const app = createServer((_request, response) => response.end('back in the shop'));
    await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve));
    const redirectUri = `http://127.0.0.1:${(app.address() as AddressInfo).port}/back`;
    const management = await rekey.token({
      grant_type: 'client_credentials',
      client_id: rekey.settings.management.clientId,
      client_secret: rekey.settings.management.clientSecret,
    });
    const put = await rekey.call('PUT', `${rekey.settings.urls.console}/v1/clients/shop`, {
      bearer: management.body.access_token,
      json: { name: 'Corner Shop', type: 'public', redirect_uris: [redirectUri] },
    });
    expect(put.status).toBe(201);
    const verifier = randomBytes(32).toString('base64url');
    const challenge = createHash('sha256').update(verifier).digest('base64url');
    const query = (more: Record<string, string> = {}) =>
      new URLSearchParams({
        response_type: 'code',
        client_id: 'shop',
        redirect_uri: redirectUri,
        state: 'xyz & <b>',
        code_challenge: challenge,
        code_challenge_method: 'S256',
        ...more,
      });
    try {
      const page = await (await open()).newPage();
      await page.goto(`${recover}?${query({ redirect_uri: `${redirectUri}/elsewhere` })}`);
      expect(await page.textContent('h1')).toBe("This link doesn't work");
      await expectAccessible(page);
      await shoot(page, 'app-bad-link');
      await page.goto(`${recover}?${query({ code_challenge_method: 'plain' })}`);
      expect(new URL(page.url()).searchParams.get('error')).toBe('invalid_request');

      await page.goto(`${recover}?${query()}`);
      expect(await page.textContent('h1')).toBe('Get back into Corner Shop');
      await shoot(page, 'app-form');
      const before = (await rekey.codes('ada@example.com')).length;
      await page.fill('#identifier', 'ada@example.com');
      await page.click('main button[type=submit]');
      await page.waitForURL('**/recover/code');
      await page.fill('#code', await freshCode('ada@example.com', before));
      await page.press('#code', 'Enter');
      await page.waitForURL('**/recover/password');
      await expectAccessible(page);
      await shoot(page, 'app-password');
      await page.fill('#password', 'a new password for the shop');
      await page.press('#password', 'Enter');
      await page.waitForURL(`${redirectUri}?**`);
      const { searchParams } = new URL(page.url());
      expect(searchParams.get('state')).toBe('xyz & <b>');
      expect(searchParams.get('iss')).toBe(rekey.settings.urls.issuer);
      const form = {
        grant_type: 'authorization_code',
        client_id: 'shop',
        redirect_uri: redirectUri,
        code: searchParams.get('code') ?? '',
      };
      const thief = await rekey.token({ ...form, code_verifier: randomBytes(32).toString('base64url') });
      expect([thief.status, thief.body.error]).toEqual([400, 'invalid_grant']);
      const tokens = await rekey.token({ ...form, code_verifier: verifier });
      expect([tokens.status, tokens.body.scope]).toEqual([200, 'account']);
      const again = await rekey.token({ ...form, code_verifier: verifier });
      expect(again.body.error).toBe('invalid_grant');
      const after = await rekey.token({
        grant_type: 'refresh_token',
        client_id: 'shop',
        refresh_token: tokens.body.refresh_token,
      });
      expect(after.body.error).toBe('invalid_grant');
    } finally {
      app.closeAllConnections();
      app.close();
    }
  });

  test('a forged form, a missing session and an expired link each lead to a page with a next step', async () => {
    const page = await (await open({ viewport: { width: 1280, height: 800 } })).newPage();
    await page.goto(`${rekey.settings.urls.recovery}/recover/code`);
    expect(await page.textContent('h1')).toBe('Start here');
    await expectAccessible(page);
    await shoot(page, 'notice-no-session');
    await page.goto(`${rekey.settings.urls.recovery}/stop`);
    expect(await page.textContent('h1')).toBe('This link no longer works');
    await page.goto(recover);
    await page.evaluate(`document.querySelector('input[name=csrf]').value = 'x'.repeat(43)`);
    await page.fill('#identifier', 'ada');
    await page.press('#identifier', 'Enter');
    await page.waitForFunction(`document.querySelector('h1').textContent === 'This page has expired'`);
    await expectAccessible(page);
    await page.click('.language');
    expect(await page.getAttribute('html', 'lang')).toBe('zh-Hans');
    await shoot(page, 'form-zh-light');
  });
});
