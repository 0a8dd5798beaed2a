import type { Page } from 'playwright-core';
import { until } from '../flows/rekey.js';
import { allRead, giveReason, heading, press, useConsole } from './console-stage.js';
import { quoted } from './console-visit.js';
import { expectAccessible, shoot } from './looks.js';

const unknown = '019ac3b2-0001-7c5e-9d0a-000000000001';

/** How it is to work with the console, whatever the work: with the real one, and with faults that it does not make by itself. */
describe('working with the console, in Chromium', () => {
  const stage = useConsole();
  beforeEach(stage.later);
  const { rekey, who, base, go, visit, enter, enterDemo, demo, mailOf, proved } = stage;
  const signOut = (page: Page) =>
    page.context().request.delete(`${base()}/staff/session`, { headers: { origin: base() } });

  test('a passkey signs in again; one that nobody knows is refused in words; a demo only where it is offered', async () => {
    const { page } = await enter('support');
    await press(page, 'Sign out');
    await heading(page, 'Sign in');
    await press(page, 'Sign in with your passkey');
    await heading(page, 'Overview');
    const { page: stranger, instead } = await visit();
    instead.set('GET /staff/sign-in', [200, { demo: false }]);
    await go(stranger, '/sign-in?to=%2Fsettings');
    await press(stranger, 'Sign in with your passkey');
    await stranger.getByRole('alert').getByText('No passkey was used').waitFor();
    await expectAccessible(stranger);
    expect(await stranger.locator('.demo').count()).toBe(0);
    instead.clear();
    await stranger.reload();
    await press(stranger, 'Enter as Auditor');
    await heading(stranger, 'Settings');
  });

  test('a link to sign in that leads to another site afterwards leads to the overview', async () => {
    const { page } = await enterDemo('support');
    for (const to of ['//evil.example/', '/\\evil.example', 'https://evil.example/', 'javascript:alert(1)']) {
      await go(page, `/sign-in?to=${encodeURIComponent(to)}`);
      await heading(page, 'Overview');
      expect(new URL(page.url()).origin).toBe(base());
    }
  });

  test('by keyboard alone: from the skip link over a lookup to a revealed address, with a reason', async () => {
    await who.put('kim', { username: 'kim.keys' });
    const { page } = await enterDemo('support');
    await go(page, '/');
    await page.getByRole('link', { name: 'Held recoveries' }).waitFor();
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the content');
    await page.keyboard.press('Enter');
    for (const _ of ['held', 'overrides', 'find']) await page.keyboard.press('Tab');
    await page.keyboard.type(mailOf('kim'));
    await page.keyboard.press('Enter');
    await heading(page, 'Account kim.keys');
    expect(page.url()).not.toContain('example.com');
    // The heading has the focus; what follows is copying the id, what can be done, then the first address.
    for (const _ of ['copy', 'help a caller', 'override', 'show']) await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await expectAccessible(page);
    await page.keyboard.type('The caller asks which address it is');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByText(mailOf('kim')).waitFor();
  });

  test('a decision asks for a reason and the passkey; Escape gives it up and nothing is done', async () => {
    await who.put('ned', { roles: ['held'] });
    const story = await proved('ned');
    const { page, asked, instead } = await enter('security');
    await go(page, `/recoveries/${story.id}`);
    await page.getByRole('button', { name: 'Release' }).waitFor();
    // The passkey was used too long ago.
    rekey.clock.advance(6 * 60_000);
    const acts = () => asked.filter(({ what }) => /(release|deny)$/.test(what));
    const release = async () => {
      await press(page, 'Release');
      await page.getByRole('dialog').getByRole('textbox').fill('Spoke with her,\nshe is at the desk');
      await page.getByRole('dialog').getByRole('button', { name: 'Release' }).click();
    };
    const begin = async () => {
      await release();
      await page.getByRole('heading', { name: 'Confirm with your passkey' }).waitFor();
    };
    await begin();
    await expectAccessible(page);
    await shoot(page, 'console-confirm');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect((await story.show()).body.state).toBe('held');
    // The answer is lost, and so is that of reading again: what is shown may be old.
    instead.set(`POST /staff/recoveries/${story.id}/release`, 'no answer');
    instead.set(`GET /staff/recoveries/${story.id}`, 'no answer');
    await release();
    await page.getByText('It may have been done all the same').waitFor();
    const again = page.getByRole('button', { name: 'Try again' });
    await again.waitFor();
    await heading(page, 'Recovery');
    instead.clear();
    await again.click();
    await again.waitFor({ state: 'detached' });
    await begin();
    await press(page, 'Confirm');
    await page.locator('.said').getByText('The recovery is released.').waitFor();
    expect(acts().at(-1)?.body).toEqual({ reason: 'Spoke with her, she is at the desk' });
    expect((await story.show()).body.state).toBe('proven');
    // An act finds that the session has ended.
    await go(page, '/accounts/ned');
    await page.getByRole('button', { name: 'Disable the account' }).waitFor();
    // Or a part that is still being read finds it first.
    await allRead(page);
    await signOut(page);
    await press(page, 'Disable the account');
    await giveReason(page, 'Disable the account');
    await page.waitForURL('**/sign-in?to=%2Faccounts%2Fned');
  });

  test('faults are shown as they are, with what can be quoted and done', async () => {
    await who.put('fay');
    const story = await proved('fay');
    const { page, instead } = await enterDemo('auditor');
    const path = `/recoveries/${story.id}`;
    const route = `GET /staff${path}`;
    instead.set(route, [500, { code: 'internal', title: 'Something went wrong on our side.' }]);
    await go(page, path);
    await page.getByText(quoted).waitFor();
    await expectAccessible(page);
    await shoot(page, 'console-fault');
    instead.set(route, 'no answer');
    await press(page, 'Try again');
    await heading(page, 'No connection');
    await expectAccessible(page);
    await shoot(page, 'console-offline');
    instead.delete(route);
    await press(page, 'Try again');
    await heading(page, 'Recovery');
    await go(page, `/recoveries/${unknown}`);
    await page.locator('.state-screen').waitFor();
    await go(page, '/nowhere');
    expect(await page.textContent('body')).toContain('not_found');
    // The session ends while a screen is open.
    for (let nth = 0; nth < 60; nth++) await stage.lookUp('fay');
    await go(page, '/audit');
    await page.getByRole('button', { name: 'Load more' }).waitFor();
    await allRead(page);
    await signOut(page);
    await press(page, 'Load more');
    await page.waitForURL('**/sign-in?to=%2Faudit');
  });

  test('each screen says that the console does not answer, and goes on when it does', async () => {
    const { page, instead, complaints } = await enterDemo('admin');
    for (const [path, what] of [
      ['/', 'overview'],
      ['/clients', 'clients'],
      ['/settings', 'settings'],
      ['/members', 'members'],
    ] as const) {
      instead.set(`GET /staff/${what}`, 'no answer');
      await go(page, path);
      await page.getByText('The console did not answer').first().waitFor();
      expect(await page.getByRole('heading', { level: 1 }).count()).toBe(1);
      await expectAccessible(page);
      instead.delete(`GET /staff/${what}`);
      await page.getByRole('button', { name: 'Try again' }).first().click();
      await page.locator('table, .facts').first().waitFor();
    }
    expect(complaints).toEqual([]);
  });

  test('who does nothing for a while is asked, may stay, and is signed out at the end', async () => {
    const { page } = await visit();
    await page.clock.install({ time: rekey.clock.now() });
    // The console's clock is the test's; its header has the time of the machine.
    let isCut = false;
    await page.context().route('**/staff/**', async (route) => {
      if (isCut) return route.abort('connectionrefused');
      const response = await route.fetch();
      const date = new Date(rekey.clock.now()).toUTCString();
      await route.fulfill({ response, headers: { ...response.headers(), date } });
    });
    const pass = async (minutes: number) => {
      rekey.clock.advance(minutes * 60_000);
      await page.clock.runFor(minutes * 60_000);
    };
    await demo(page, 'support');
    await go(page, '/find');
    await heading(page, 'Find');
    await pass(12);
    expect(await page.getByRole('dialog').count()).toBe(0);
    await pass(1.5);
    await page.getByRole('dialog', { name: 'Are you still there?' }).waitFor();
    await expectAccessible(page);
    await shoot(page, 'console-idle');
    isCut = true;
    await press(page, 'Stay signed in');
    await page.getByRole('dialog').getByText('The console did not answer').waitFor();
    isCut = false;
    await press(page, 'Stay signed in');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await pass(13.5);
    await page.getByRole('dialog').waitFor();
    await pass(2);
    await page.waitForURL('**/sign-in?to=%2Ffind');
  });

  test('a tab that was left alone stops asking about an assist, and goes on when told to', async () => {
    await who.put('lea');
    const { page } = await enterDemo('support');
    await page.clock.install({ time: Date.now() });
    await go(page, '/accounts/lea');
    await press(page, 'Help a caller');
    await page.getByRole('dialog').getByLabel('Reason').fill('case 4711');
    await page.getByRole('dialog').getByRole('button', { name: 'Help a caller' }).click();
    await heading(page, 'Helping a caller');
    let asked = 0;
    page.on('request', (request) => {
      if (/\/staff\/assists\/[\da-f-]{36}$/.test(request.url())) asked++;
    });
    await page.clock.runFor(10_000);
    await until('a question', async () => asked || undefined);
    await page.clock.runFor(200_000);
    await page.getByText('this screen has stopped asking').waitFor();
    const paused = asked;
    await page.clock.runFor(60_000);
    expect(asked).toBe(paused);
    // Somebody is there again; on a keyboard and a touch screen the button does it.
    const resume = page.getByRole('button', { name: 'Go on' });
    await resume.waitFor();
    await page.mouse.move(20, 20);
    await resume.waitFor({ state: 'detached' });
    await page.clock.runFor(5_000);
    await until('another question', async () => asked > paused || undefined);
  });

  test('on a phone the menu is above the screen until one is chosen', async () => {
    const { page } = await enterDemo('admin', { viewport: { width: 360, height: 740 } });
    await go(page, '/');
    await heading(page, 'Overview');
    expect(await page.getByRole('navigation').isVisible()).toBe(false);
    await press(page, 'Menu');
    expect(await page.getByRole('navigation').getByRole('link').allTextContents()).toEqual([
      ...['Overview', 'Find', 'Token diagnosis', 'Clients', 'Staff', 'Settings'],
    ]);
    await expectAccessible(page);
    await shoot(page, 'console-menu');
    await page.getByRole('link', { name: 'Find' }).click();
    await heading(page, 'Find');
    expect(await page.getByRole('navigation').isVisible()).toBe(false);
  });

  test('dark or light is there before anything is painted, and stays; so does the language', async () => {
    const { page } = await enterDemo('support', { colorScheme: 'dark' });
    await go(page, '/find');
    await heading(page, 'Find');
    await page.getByLabel('Appearance').selectOption('light');
    await page.getByLabel('Language').selectOption('zh-Hans');
    await heading(page, '查找');
    await page.route('**/assets/*.js', () => undefined);
    await page.reload({ waitUntil: 'commit' });
    await page.waitForSelector('noscript', { state: 'attached' });
    expect(await page.evaluate('document.documentElement.dataset.theme')).toBe('light');
    await page.unroute('**/assets/*.js');
    await page.reload();
    await heading(page, '查找');
    expect(await page.evaluate('document.documentElement.lang')).toBe('zh-Hans');
  });
});
