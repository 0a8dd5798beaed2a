import { csrfIn, PageBrowser } from '../flows/page-browser.js';
import { people } from '../flows/people.js';
import { codeIn, newHousehold, until, useRekey } from '../flows/rekey.js';

const wrongOne = 'not the password of anybody';
const right = 'a sentence that nobody else says';

/** The pages know the browser of an owner by a sealed cookie. */
describe('a browser that is known', () => {
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
    expect(waiting.html).toContain('Please wait a minute');
  }
  const cookieOf = (browser: PageBrowser) =>
    browser.setCookies.filter((line) => line.startsWith('rekey-device='));

  test('signs in on its pages while strangers have made everybody else wait', async () => {
    await who.put('page-owner');
    await who.put('page-guest');
    const browser = open();
    expect((await signIn(browser, 'page-owner', right)).status).toBe(303);
    // Somebody else of the household signs in here as well.
    expect((await signIn(browser, 'page-guest', right)).status).toBe(303);
    await shutOut('page-owner');
    expect((await signIn(browser, 'page-owner', right)).status).toBe(303);
    const [cookie] = cookieOf(browser);
    expect(cookie).toMatch(/^rekey-device=[\w-]+; Max-Age=7776000; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(cookie).not.toMatch(/page-owner/);
  });

  test('is one that has completed a recovery; the one before is a stranger then', async () => {
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

  test('a wrong sign-in leaves no trace in the browser', async () => {
    await who.put('page-wrong');
    const browser = open();
    await signIn(browser, 'page-wrong', wrongOne);
    expect(cookieOf(browser)).toEqual([]);
  });
});
