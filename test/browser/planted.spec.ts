import { password, people } from '../flows/people.js';
import { newHousehold, stopTokenIn, until, useRekey } from '../flows/rekey.js';
import { Story } from '../flows/story.js';
import { useBrowser } from './browser.js';
import { expectAccessible, shoot } from './looks.js';

/** The owner sees what a recovery has suspended, and what a notification can undo. */
describe('planted authenticators in Chromium', () => {
  const rekey = useRekey();
  const who = people(rekey);
  const browser = useBrowser();
  beforeEach(() => {
    rekey.clock.advance(600_000);
  });

  test.each([
    [360, 'en-GB', "Yes, it's mine"],
    [1280, 'zh-CN', '是我设置的'],
  ])('at %i pixels, in %s: suspended, confirmed, undone', async (width, locale, confirm) => {
    const id = `owner-${width}`;
    await who.put(id);
    const bearer = (await who.signIn(id)).body.access_token;
    expect((await who.issuer('POST', 'authenticators/backup_codes', { bearer })).status).toBe(201);
    const story = new Story(rekey);
    await story.proveBy(`${id}@example.com`);
    expect((await story.complete({ password })).status).toBe(201);

    const context = await browser.newContext({
      viewport: { width, height: 800 },
      locale,
      extraHTTPHeaders: { 'x-forwarded-for': newHousehold() },
    });
    const page = await context.newPage();
    const { recovery } = rekey.settings.urls;
    await page.goto(`${recovery}/account`);
    await page.fill('#identifier', `${id}@example.com`);
    await page.fill('#password', password);
    await page.press('#password', 'Enter');
    await page.waitForSelector('form[action="/account/restore"]');
    await expectAccessible(page);
    await shoot(page, `planted-${width}-1-set-aside`);
    await page.click(`text=${confirm}`);
    await page.waitForURL('**/account?done=restored');
    await expectAccessible(page);
    await shoot(page, `planted-${width}-2-confirmed`);

    const mail = await until('the notice', async () =>
      (await rekey.messages(`${id}@example.com`)).find(({ text }) => /\/stop\?token=/.test(text)),
    );
    await page.goto(`${recovery}/stop?token=${stopTokenIn(mail)}`);
    await expectAccessible(page);
    await shoot(page, `planted-${width}-3-undo`);
    await page.click('main button[type=submit]');
    await page.waitForSelector('.note');
    await expectAccessible(page);
    await shoot(page, `planted-${width}-4-undone`);
    expect(await rekey.sql('select 1 from authenticators where account_id = $1', [id])).toEqual([]);
  });
});
