import type { Page } from 'playwright-core';
import { until } from '../flows/rekey.js';
import { find, giveReason, heading, hour, press, said, useConsole } from './console-stage.js';
import { expectAccessible } from './looks.js';

/** What support does in a day: with the real console, and a real browser's passkeys. */
describe('the day of support in the console, in Chromium', () => {
  const stage = useConsole();
  beforeEach(stage.later);
  const { rekey, who, go, enter, events, mailOf, proved, told } = stage;
  const signIn = async (page: Page) => {
    await go(page, '/sign-in');
    await press(page, 'Sign in with your passkey');
    await heading(page, 'Overview');
  };

  test('support finds a caller, reads an address, helps by the number, and sends a code again', async () => {
    await who.put('ruth', { username: 'ruth.lin' });
    const { page, complaints, id: me } = await enter('support');
    let { page: caller } = await stage.visit();
    await find(page, mailOf('ruth'));
    await heading(page, 'Account ruth.lin');
    // What the role does not have is not there.
    for (const name of ['End all sessions', 'Disable the account', "Export the person's data"])
      expect(await page.getByRole('button', { name }).count()).toBe(0);
    await press(page, 'Show the address r***@example.com (Email)');
    await giveReason(page, 'Show the address');
    await page.getByText(mailOf('ruth')).waitFor();
    expect(await events('address_revealed', 'ruth')).toMatchObject([
      { actor: `staff:${me}`, detail: { reason: 'case 4711' } },
    ]);
    // The page still takes the passkey for a recent one; the console does not.
    rekey.clock.advance(6 * 60_000);
    /** @returns the number that the caller reads */
    const begin = async (confirms: boolean) => {
      await press(page, 'Help a caller');
      await giveReason(page, 'Help a caller');
      if (confirms) await press(page, 'Confirm');
      const code = (await page.locator('.spelled [aria-hidden]').textContent()) ?? '';
      ({ page: caller } = await stage.visit({ viewport: { width: 360, height: 740 } }));
      await caller.goto((await page.locator('.read-out code').first().textContent()) ?? '');
      await caller.fill('#code', code);
      await caller.press('#code', 'Enter');
      const number = (await caller.textContent('strong.number')) ?? '';
      await page.getByRole('textbox', { name: 'Number' }).fill(number);
      return { number, code };
    };
    const { number } = await begin(true);
    await expectAccessible(page);
    await page.getByRole('textbox', { name: 'Number' }).fill(number === '000' ? '001' : '000');
    await page.keyboard.press('Enter');
    await page.getByText('Ended', { exact: true }).waitFor();
    await expectAccessible(page);
    await page.getByRole('link', { name: 'ruth', exact: true }).click();
    const { code } = await begin(false);
    // The code is shown once.
    await page.reload();
    await page
      .getByRole('textbox', { name: 'Number' })
      .fill((await caller.textContent('strong.number')) ?? '');
    expect(await page.textContent('body')).not.toContain(code);
    await page.keyboard.press('Enter');
    await said(page, 'The number is right.');
    await caller.waitForURL('**/recover/code');
    await page.getByRole('link', { name: 'Follow the recovery' }).click();
    await heading(page, 'Recovery');
    await until('the code', async () => (await rekey.codes(mailOf('ruth')))[0]);

    rekey.clock.advance(61_000);
    await press(page, 'Send the code again');
    const offered = page.getByRole('dialog').getByLabel('To').locator('option');
    await offered.nth(2).waitFor({ state: 'attached' });
    expect((await offered.allTextContents()).map((option) => option.split(' ')[0])).toEqual([
      ...['Another', 'Email', 'Phone'],
    ]);
    await page.getByRole('dialog').getByLabel('To').selectOption({ index: 2 });
    await giveReason(page, 'Send the code again');
    await said(page, 'The code is on its way.');
    await until('the SMS', async () => (await rekey.codes(who.phoneOf('ruth')))[0]);
    await press(page, 'Send the code again');
    await giveReason(page, 'Send the code again');
    await page.getByRole('alert').getByText('A code was sent a moment ago').waitFor();
    expect(complaints).toEqual([]);
  });

  test('support diagnoses a token, which is kept nowhere', async () => {
    await who.put('ida');
    const { access_token: token } = (await who.signIn('ida')).body;
    expect((await (await proved('ida')).complete()).status).toBe(201);
    const { page } = await enter('support');
    await go(page, '/diagnosis');
    await page.getByLabel('Token').fill(token);
    await press(page, 'Diagnose');
    await page.getByRole('heading', { name: 'A recovery of the account ended its session' }).waitFor();
    await expectAccessible(page);
    expect(await page.getByLabel('Token').inputValue()).toBe('');
    const kept = await page.evaluate(
      'JSON.stringify([location.href, history.state, {...localStorage}, {...sessionStorage}, document.cookie])',
    );
    expect(kept).not.toContain(token.slice(-20));
    await page.getByRole('link', { name: 'Audit row' }).first().click();
    await page.getByRole('heading', { name: 'Proof', exact: true }).waitFor();
    await page.goBack();
    expect(await page.getByLabel('Token').inputValue()).toBe('');
  });

  test('support asks for an override, security approves it, and a day later it serves a recovery', async () => {
    await who.put('ola', { roles: ['vault'] });
    const support = await enter('support', 'Sam Okafor');
    const security = await enter('security', 'Ines Ivanova');
    const { page } = support;
    await go(page, '/overrides/new?account_id=ola');
    await page.getByLabel('How the identity was attested').fill('Met at the desk,\ncase 4711');
    await page.getByLabel('Reason').fill('No proof is left');
    const ticks = page.getByRole('group', { name: 'What the person has lost' }).getByRole('checkbox');
    await ticks.first().check();
    // What the passkey would sign is not what is shown.
    const challenge = Buffer.alloc(32).toString('base64url');
    const drafts = 'POST /staff/overrides/draft';
    support.instead.set(drafts, [200, { text: '{"account":"ola"}', options: { challenge } }]);
    await press(page, 'Read what I sign');
    await press(page, 'Sign and ask');
    await page.getByRole('alert').getByText('another text than the one that is shown').waitFor();
    expect(support.asked.at(-1)?.what).toBe(drafts);
    support.instead.delete(drafts);
    await press(page, 'Cancel');
    await press(page, 'Read what I sign');
    await page.locator('pre').getByText('"evidence":"Met at the desk, case 4711"').waitFor();
    await page.locator('pre').getByText('"lost":["email ').waitFor();
    await page.getByText('24 hours', { exact: true }).waitFor();
    await expectAccessible(page);
    await press(page, 'Sign and ask');
    await heading(page, 'Override request');
    await page.getByText('another person has to decide').waitFor();

    const { page: other } = security;
    await other.reload();
    await other.getByRole('link', { name: 'Decisions' }).click();
    await other.locator('section + section tbody a').first().click();
    await heading(other, 'Override request');
    await other.getByText('Met at the desk, case 4711').waitFor();
    await press(other, 'Read what I sign');
    await other.locator('pre').waitFor();
    await expectAccessible(other);
    await press(other, 'Sign and approve');
    await other.getByText('The waiting period runs').waitFor();
    await told(mailOf('ola'), /Support approved/);

    rekey.clock.advance(24 * hour);
    const overridePage = page.url();
    await signIn(page);
    await page.goto(overridePage);
    await page.getByText('This account has no open recovery').waitFor();
    // An assist, whose caller has proved by mail: that is not enough.
    await page.getByRole('link', { name: 'ola', exact: true }).click();
    await press(page, 'Help a caller');
    await giveReason(page, 'Help a caller');
    const { page: caller } = await stage.visit();
    await caller.goto(`${rekey.settings.urls.recovery}/recover/assist`);
    await caller.fill('#code', (await page.locator('.spelled [aria-hidden]').textContent()) ?? '');
    await caller.press('#code', 'Enter');
    const number = (await caller.textContent('strong.number')) ?? '';
    await page.getByRole('textbox', { name: 'Number' }).fill(number);
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'Follow the recovery' }).waitFor();
    await caller.waitForURL('**/recover/code');
    await page.goto(overridePage);
    // Who has read the number from the caller's page does not use it there.
    await press(page, 'Use it for a recovery');
    await giveReason(page, 'Use it for a recovery');
    await page.getByText('Somebody else has to use it').waitFor();
    await signIn(other);
    await other.goto(overridePage);
    await press(other, 'Use it for a recovery');
    await giveReason(other, 'Use it for a recovery');
    await said(other, 'The override is used.');
    await other.getByText('It was used, and serves no more.').waitFor();
    await caller.reload();
    await caller.waitForURL('**/recover/password');
    expect([...support.complaints, ...security.complaints]).toEqual([]);
  });
});
