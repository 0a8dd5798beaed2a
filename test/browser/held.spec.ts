import type { Page } from 'playwright-core';
import { password, people } from '../flows/people.js';
import { codeIn, newHousehold, stopTokenIn, until, useRekey } from '../flows/rekey.js';
import { useBrowser } from './browser.js';
import { expectAccessible, shoot } from './looks.js';

/** The owner stops a thief, and the next recovery is held: what the owner sees, and how the browser continues a day later. */
describe('a held recovery, in Chromium', () => {
  const rekey = useRekey();
  const who = people(rekey);
  const browser = useBrowser();
  beforeEach(() => {
    rekey.clock.advance(600_000);
  });

  const prove = async (page: Page, identifier: string) => {
    const before = (await rekey.codes(identifier)).length;
    await page.goto(`${rekey.settings.urls.recovery}/recover`);
    await page.fill('#identifier', identifier);
    await page.press('#identifier', 'Enter');
    await page.waitForSelector('#code');
    const message = await until('a code', async () => {
      const codes = await rekey.codes(identifier);
      return codes.length > before ? codes[0] : undefined;
    });
    await page.fill('#code', codeIn(message));
    await page.press('#code', 'Enter');
    return message;
  };

  test.each([
    [360, 'en-GB'],
    [1280, 'zh-CN'],
  ])('the pages at %i pixels, in %s', async (width, locale) => {
    const id = `waits-${width}`;
    await who.put(id);
    const open = async () => {
      const context = await browser.newContext({
        viewport: { width, height: 800 },
        locale,
        extraHTTPHeaders: { 'x-forwarded-for': newHousehold() },
      });
      return context.newPage();
    };
    const thief = await open();
    const message = await prove(thief, `${id}@example.com`);
    await thief.waitForURL('**/recover/password');
    const owner = await open();
    await owner.goto(`${rekey.settings.urls.recovery}/stop?token=${stopTokenIn(message)}`);
    await owner.click('main button[type=submit]');
    await owner.waitForSelector('.note');
    await expectAccessible(owner);
    await shoot(owner, `held-${width}-1-stopped`);

    await prove(owner, `${id}@example.com`);
    await owner.waitForSelector('.note');
    await expectAccessible(owner);
    await shoot(owner, `held-${width}-2-held`);
    const [row] = await rekey.sql(`select state from recoveries where account_id = $1 and state = 'held'`, [
      id,
    ]);
    expect(row).toEqual({ state: 'held' });

    rekey.clock.advance(86_400_000);
    await owner.reload();
    await owner.waitForURL('**/recover/password');
    await owner.fill('#password', password);
    await owner.press('#password', 'Enter');
    await owner.waitForURL('**/recover/done');
    await shoot(owner, `held-${width}-3-done`);
    expect((await who.signIn(id)).status).toBe(201);
  });
});
