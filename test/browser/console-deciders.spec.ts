import { readFileSync } from 'node:fs';
import { password } from '../flows/people.js';
import { newHousehold, until } from '../flows/rekey.js';
import { find, giveReason, heading, press, said, useConsole } from './console-stage.js';
import { expectAccessible } from './looks.js';

/** What those do in a day who decide, read and manage: with the real console, and a real browser's passkeys. */
describe('the day of security, an auditor and an admin in the console, in Chromium', () => {
  const stage = useConsole();
  beforeEach(stage.later);
  const { rekey, who, base, go, enter, proved, begun } = stage;

  test('security releases and denies what is held, revokes, and closes an account', async () => {
    for (const [id, roles] of [
      ['abel', ['held']],
      ['bela', ['held']],
      ['cem', []],
    ] as const)
      await who.put(id, { roles });
    const [abel, bela, cem] = [await proved('abel'), await proved('bela'), await proved('cem')];
    const { refresh_token } = (await cem.complete({ password })).body;
    newHousehold();
    expect((await who.signIn('cem')).status).toBe(201);
    const { page, complaints } = await enter('security');
    const decide = async (id: string, act: string, then: string) => {
      await page.getByRole('link', { name: 'Decisions' }).click();
      await heading(page, 'Decisions');
      await page.locator('tr', { hasText: id }).getByRole('link').first().click();
      await heading(page, 'Recovery');
      await press(page, act);
      await giveReason(page, act);
      await said(page, then);
      await page.getByRole('button', { name: act, exact: true }).waitFor({ state: 'detached' });
      await expectAccessible(page);
    };
    await decide('abel', 'Release', 'The recovery is released.');
    await decide('bela', 'Deny', 'The recovery is denied.');
    expect([(await abel.show()).body.state, (await bela.show()).body.state]).toEqual(['proven', 'stopped']);
    await page.getByRole('link', { name: 'Decisions' }).click();
    await page.getByText('Nothing waits for a decision').waitFor();

    await go(page, `/recoveries/${cem.id}`);
    await press(page, 'End what came from it');
    await giveReason(page, 'End what came from it');
    await said(page, 'What came from this recovery has ended.');
    const grant = { grant_type: 'refresh_token', client_id: 'default', refresh_token };
    expect((await rekey.token(grant)).status).toBe(400);

    await page.getByRole('link', { name: 'cem', exact: true }).first().click();
    await press(page, 'End: default');
    await giveReason(page, 'End');
    await said(page, 'The session has ended.');
    await page.getByRole('button', { name: 'End: default' }).waitFor({ state: 'detached' });
    await press(page, 'Mark as compromised: c***@example.com');
    await giveReason(page, 'Mark as compromised');
    await said(page, 'No code goes to this address any more.');
    await expectAccessible(page);
    await press(page, 'Use again: c***@example.com');
    await giveReason(page, 'Use again');
    await said(page, 'Codes go to this address again.');
    const file = page.waitForEvent('download');
    await press(page, "Export the person's data");
    await giveReason(page, "Export the person's data");
    expect(JSON.parse(readFileSync(await (await file).path(), 'utf8')).account.id).toBe('cem');
    await press(page, 'Disable the account');
    await giveReason(page, 'Disable the account');
    await said(page, 'The account is disabled.');
    const statusOf = async () => (await rekey.sql(`select status from accounts where id = 'cem'`))[0].status;
    expect(await statusOf()).toBe('disabled');
    await press(page, 'Enable the account');
    await giveReason(page, 'Enable the account');
    await said(page, 'The account is enabled.');
    expect(await statusOf()).toBe('active');
    expect(complaints).toEqual([]);
  });

  test('an auditor finds what a request did, searches page by page, exports, and proves a row', async () => {
    await who.put('ulf');
    const story = await begun('ulf');
    const wrong = await story.prove('00000000');
    for (let nth = 0; nth < 60; nth++) await stage.lookUp('ulf');
    const { page, complaints } = await enter('auditor');
    await find(page, wrong.headers.get('x-request-id') ?? '');
    await heading(page, 'Request');
    expect(await page.locator('.timeline li.failed').count()).toBe(1);
    await expectAccessible(page);
    await page.getByRole('link', { name: 'Audit row' }).first().click();
    await page.getByRole('heading', { name: 'Proof', exact: true }).waitFor();
    await page.getByText('failure', { exact: true }).waitFor();
    const isSealed = await until('the row to be sealed', async () => {
      await page.getByRole('button', { name: 'Get the proof' }).click();
      await page.getByText('lead from this row to that root').or(page.getByRole('alert')).waitFor();
      return (await page.getByRole('alert').count()) === 0 || undefined;
    });
    expect(isSealed).toBe(true);
    await expectAccessible(page);
    const proof = page.waitForEvent('download');
    await press(page, 'Save the proof');
    expect(JSON.parse(readFileSync(await (await proof).path(), 'utf8'))).toHaveProperty('checkpoint');

    await page.getByRole('link', { name: 'Audit', exact: true }).click();
    await page.getByLabel('Account').fill('ulf');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/audit?account_id=ulf');
    await page.getByRole('button', { name: 'Load more' }).click();
    await until('the focus on the first row of the page', async () => {
      const isThere = await page.evaluate('document.activeElement.hasAttribute("data-row")');
      return isThere || undefined;
    });
    // A wrong code is of a recovery; whose account it is, is not said.
    await page.getByLabel('Account').fill('');
    await page.getByLabel('Recovery').fill(story.id);
    await page.getByLabel('Event').fill('recovery_proof_failed');
    await page.keyboard.press('Enter');
    const found = `**/audit?recovery_id=${story.id}&event=recovery_proof_failed`;
    await page.waitForURL(found);
    await page.getByText('1 row shown').waitFor();
    await page.reload();
    expect(await page.getByLabel('Event').inputValue()).toBe('recovery_proof_failed');
    const file = page.waitForEvent('download');
    await press(page, 'Export all that matches: NDJSON');
    const lines = readFileSync(await (await file).path(), 'utf8')
      .trim()
      .split('\n');
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { recovery_id: story.id, outcome: 'failure' },
    ]);
    await said(page, 'The file was saved.');
    await page.locator('tbody a').first().click();
    await page.getByRole('heading', { name: 'Proof', exact: true }).waitFor();
    await page.goBack();
    await page.waitForURL(found);
    await page.getByLabel('Event').fill('no_event');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').waitFor();

    await page.getByRole('link', { name: 'Overview' }).click();
    await page.getByRole('link', { name: 'Last 30 days' }).click();
    await page.waitForURL('**/?days=30');
    const chart = page.getByRole('figure', { name: 'Recoveries' });
    await chart.getByText('As a table').click();
    expect(await chart.getByRole('row').count()).toBe(31);
    expect(complaints).toEqual([]);
  });

  test('an admin invites a person with a link that is shown once, changes the role, and disables', async () => {
    const { page, asked, complaints } = await enter('admin', 'Grace Hopper');
    await page.getByRole('link', { name: 'Staff' }).click();
    await heading(page, 'Staff');
    await page.getByRole('textbox', { name: 'Name' }).fill('Ada Byron');
    await page.getByLabel('Role', { exact: true }).selectOption('security');
    await press(page, 'Invite');
    await page.getByRole('heading', { name: 'Invite Ada Byron as Security' }).waitFor();
    await giveReason(page, 'Invite');
    await page.getByRole('heading', { name: 'The invitation of Ada Byron' }).waitFor();
    const link = page.locator('.note code');
    const url = (await link.textContent()) ?? '';
    await expectAccessible(page);
    await press(page, 'I have copied it');
    await link.waitFor({ state: 'detached' });

    const { page: invited } = await stage.visit();
    await invited.goto(url);
    await invited.getByText('Ada Byron').waitFor();
    await press(invited, 'Create your passkey');
    await heading(invited, 'Overview');
    expect(invited.url()).toBe(`${base()}/`);
    await invited.goto(url);
    await heading(invited, 'This invitation cannot be used');
    await go(invited, '/decisions');
    await heading(invited, 'Decisions');

    await press(page, 'Change the role: Ada Byron');
    await page.getByRole('dialog').getByLabel('Role').selectOption('auditor');
    await giveReason(page, 'Change the role');
    await said(page, 'The role is changed.');
    expect(asked.at(-1)?.body).toEqual({ role: 'auditor', reason: 'case 4711' });
    await invited.reload();
    await heading(invited, 'Not with your role');
    await press(page, 'Disable: Ada Byron');
    await giveReason(page, 'Disable');
    await said(page, 'The person is disabled.');
    await page.getByRole('button', { name: 'Enable: Ada Byron' }).waitFor();
    await invited.reload();
    await heading(invited, 'Sign in');
    await press(invited, 'Sign in with your passkey');
    await invited.getByRole('alert').getByText('The passkey was not accepted').waitFor();
    for (const [name, title] of [
      ['Settings', 'Settings'],
      ['Clients', 'Clients'],
    ] as const) {
      await page.getByRole('link', { name, exact: true }).click();
      await heading(page, title);
      await page.locator('table').waitFor();
      await expectAccessible(page);
    }
    expect(complaints).toEqual([]);
  });
});
