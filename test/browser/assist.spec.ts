import type { BrowserContextOptions, Page } from 'playwright-core';
import { AssistStage } from '../flows/assist-stage.js';
import { newHousehold, useRekey } from '../flows/rekey.js';
import { useBrowser } from './browser.js';
import { expectAccessible, shoot } from './looks.js';

/** A caller with support on the phone, in Chromium. */
describe('the page for a code from support', () => {
  const rekey = useRekey();
  const browser = useBrowser();
  const stage = new AssistStage(rekey);
  beforeAll(() => stage.open());
  beforeEach(() => stage.later());

  const phone = { viewport: { width: 360, height: 760 }, locale: 'en-GB' };
  const desk = { viewport: { width: 1280, height: 860 }, locale: 'en-GB' };
  const looks: [string, BrowserContextOptions][] = [
    ['phone-light', phone],
    ['phone-dark', { ...phone, colorScheme: 'dark' }],
    ['desk-light', { ...desk, locale: 'zh-CN' }],
    ['desk-dark', { ...desk, locale: 'zh-CN', colorScheme: 'dark' }],
  ];
  const open = async (options: BrowserContextOptions): Promise<Page> => {
    const extraHTTPHeaders = { 'x-forwarded-for': newHousehold() };
    const context = await browser.newContext({ extraHTTPHeaders, ...options });
    return context.newPage();
  };
  const url = () => `${rekey.settings.urls.recovery}/recover/assist`;

  test.each(looks)(
    'leads by keyboard from the code over the number to the recovery: %s',
    async (name, options) => {
      await stage.who.put(name);
      const { id, code } = await stage.started(name);
      const page = await open(options);
      const faults: string[] = [];
      page.on('pageerror', (fault) => faults.push(String(fault)));
      await page.goto(url());
      await expectAccessible(page);
      await shoot(page, `assist-${name}-1-code`);
      await page.fill('#code', 'BBBB BBBB');
      await page.press('#code', 'Enter');
      await page.waitForSelector('.summary');
      await expectAccessible(page);
      await shoot(page, `assist-${name}-2-wrong`);
      await page.fill('#code', code.toLowerCase());
      await page.press('#code', 'Enter');
      await page.waitForSelector('strong.number');
      await expectAccessible(page);
      await shoot(page, `assist-${name}-3-number`);
      const number = (await page.textContent('strong.number')) ?? '';
      await page.reload();
      expect(await page.textContent('strong.number')).toBe(number);
      expect((await stage.match(id, number)).body.state).toBe('matched');
      // By itself.
      await page.waitForURL('**/recover/code');
      await expectAccessible(page);
      expect(faults).toEqual([]);
      await page.context().close();
    },
  );

  test('goes on by a link without a script, and says so when it has ended', async () => {
    await stage.who.put('plain');
    const page = await open({ ...phone, javaScriptEnabled: false });
    const enter = async () => {
      const started = await stage.started('plain');
      await page.goto(url());
      await page.fill('#code', started.code);
      await page.click('main button[type=submit]');
      return { ...started, number: (await page.textContent('strong.number')) ?? '' };
    };
    const ended = await enter();
    await page.click('main a.button');
    expect(await page.textContent('strong.number')).toBe(ended.number);
    await stage.support.call('POST', `assists/${ended.id}/end`, { reason: 'hung up' });
    await page.click('main a.button');
    expect(await page.textContent('.note')).toContain('new letters');
    await shoot(page, 'assist-plain-ended');
    const { id, number } = await enter();
    expect((await stage.match(id, number)).body.state).toBe('matched');
    await page.click('main a.button');
    await page.waitForURL('**/recover/code');
    await page.context().close();
  });
});
