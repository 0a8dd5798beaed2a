import { budgets } from '@rekey/limits';
import { csrfIn, PageBrowser } from '../flows/page-browser.js';
import { people } from '../flows/people.js';
import { codeIn, newHousehold, until, useRekey } from '../flows/rekey.js';
import { Story } from '../flows/story.js';

const wrongOne = 'not the password of anybody';
const right = 'a sentence that nobody else says';

/** The pages recognise the browser of an owner by a sealed cookie. */
describe('a known browser', () => {
  const rekey = useRekey();
  const who = people(rekey);
  beforeEach(() => {
    rekey.clock.advance(3_600_000);
  });

  const open = () => new PageBrowser(rekey.settings.urls.recovery, newHousehold);
  async function signIn(browser: PageBrowser, id: string, password: string) {
    const page = await browser.get('/account');
    const form = { csrf: csrfIn(page.html), identifier: `${id}@example.com`, password };
    return browser.post('/account/sign-in', form);
  }
  async function shutOut(id: string) {
    const stranger = open();
    for (let n = 0; n < 5; n++) expect((await signIn(stranger, id, wrongOne)).status).toBe(401);
    const waiting = await signIn(open(), id, right);
    expect(waiting.status).toBe(429);
    expect(waiting.html).toContain('Wait a minute');
  }
  const cookieOf = (browser: PageBrowser) =>
    browser.setCookies.filter((line) => line.startsWith('rekey-device='));

  test('signs in on the pages while strangers have made everybody else wait', async () => {
    await who.put('page-owner');
    await who.put('page-guest');
    const browser = open();
    expect((await signIn(browser, 'page-owner', right)).status).toBe(303);
    // Another person of the household signs in here as well.
    expect((await signIn(browser, 'page-guest', right)).status).toBe(303);
    await shutOut('page-owner');
    expect((await signIn(browser, 'page-owner', right)).status).toBe(303);
    const [cookie] = cookieOf(browser);
    expect(cookie).toMatch(/^rekey-device=[\w-]+; Max-Age=7776000; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(cookie).not.toMatch(/page-owner/);
  });

  test('is the browser that completed a recovery; an earlier one is then unknown', async () => {
    await who.put('page-recovered');
    const before = open();
    await signIn(before, 'page-recovered', right);
    const browser = open();
    const begun = await browser.submit(await browser.get('/recover'), '/recover', {
      identifier: 'page-recovered@example.com',
    });
    const message = await until('a code', async () => (await rekey.codes('page-recovered@example.com'))[0]);
    const proven = await browser.submit(begun, '/recover/code', { code: codeIn(message) });
    const password = 'what the recovery has set';
    await browser.submit(proven, '/recover/password', { password });
    expect(cookieOf(browser)).toHaveLength(1);
    await shutOut('page-recovered');
    expect((await signIn(before, 'page-recovered', password)).status).toBe(429);
    expect((await signIn(browser, 'page-recovered', password)).status).toBe(303);
  });

  test('is not made by a failed sign-in', async () => {
    await who.put('page-wrong');
    const browser = open();
    await signIn(browser, 'page-wrong', wrongOne);
    expect(cookieOf(browser)).toEqual([]);
  });

  describe('in a network whose neighbours made too many wrong attempts', () => {
    const network = '198.51.100.';
    const guess = (story: Story, value: string, more: object = {}) =>
      story.on('POST', '/proofs', {
        json: { kind: 'code', value, ...more },
        headers: { 'x-forwarded-for': `${network}7` },
      });
    const begin = async (id: string) => {
      newHousehold();
      const story = new Story(rekey);
      return { story, code: (await story.begin(`${id}@example.com`)).code };
    };
    const token = async (id: string): Promise<string> => (await who.signIn(id)).body.device_token;
    async function shutNetwork() {
      for (let wrong = 0; wrong < budgets.failedAttemptsA24.quota; wrong += 5) {
        newHousehold();
        const story = new Story(rekey);
        await story.start({ identifier: 'neighbour@example.com' });
        for (let n = 0; n < 5; n++) expect((await guess(story, '11111111')).status).toBe(422);
      }
    }

    test('an app can prove the code that it got', async () => {
      await who.put('net-owner');
      const mine = await token('net-owner');
      const { story, code } = await begin('net-owner');
      await shutNetwork();
      expect((await guess(story, code)).status).toBe(429);
      expect((await guess(story, '11111111', { device_token: mine })).status).toBe(422);
      expect((await guess(story, code, { device_token: mine })).status).toBe(200);
    });

    test('a page can prove the code that it got', async () => {
      await who.put('net-page');
      const open = () => new PageBrowser(rekey.settings.urls.recovery, () => `${network}9`);
      const [browser, stranger] = [open(), open()];
      await signIn(browser, 'net-page', right);
      await shutNetwork();
      const prove = async (by: PageBrowser) => {
        const before = (await rekey.codes('net-page@example.com')).length;
        const form = { identifier: 'net-page@example.com' };
        const begun = await by.submit(await by.get('/recover'), '/recover', form);
        const message = await until('a code', async () => {
          const codes = await rekey.codes('net-page@example.com');
          return codes.length > before ? codes[0] : undefined;
        });
        return (await by.submit(begun, '/recover/code', { code: codeIn(message) })).status;
      };
      expect(await prove(stranger)).toBe(429);
      expect(await prove(browser)).toBe(200);
    });

    test('an app that is known for another account is unknown, and so is an invalid token', async () => {
      await who.put('net-victim');
      await who.put('net-thief');
      const theirs = await token('net-thief');
      const { story, code } = await begin('net-victim');
      await shutNetwork();
      expect((await guess(story, code, { device_token: theirs })).status).toBe(429);
      expect((await guess(story, code, { device_token: 'x'.repeat(120) })).status).toBe(429);
    });

    test('a known app has twenty wrong attempts an hour, over all its recoveries', async () => {
      await who.put('net-wrong');
      const mine = await token('net-wrong');
      await shutNetwork();
      const statuses: number[] = [];
      for (let recovery = 0; recovery < 5; recovery++) {
        const { story } = await begin('net-wrong');
        for (let n = 0; n < 5; n++)
          statuses.push((await guess(story, '11111111', { device_token: mine })).status);
      }
      expect(statuses).toEqual([...Array(20).fill(422), ...Array(5).fill(429)]);
    });
  });
});
