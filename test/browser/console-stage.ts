import { inviteStaff, type StaffContext, type StaffRole } from '@rekey/staff';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { people } from '../flows/people.js';
import { policyFile } from '../flows/policy-file.js';
import { type Answer, newHousehold, type RekeyOptions, until, useRekey } from '../flows/rekey.js';
import { staffContext } from '../flows/staff-browser.js';
import { Story } from '../flows/story.js';
import { useBrowser } from './browser.js';
import { type Visit, visitConsole } from './console-visit.js';

export const hour = 3_600_000;

/** `held`: each recovery waits for a day; `vault`: a mail address and a phone are not enough. */
const policy = {
  roles: { vault: 2 },
  holds: [{ name: 'held', hours: 24, when: { roles: ['held'] } }],
};

export const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name }).waitFor();
export const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();
export const said = (page: Page, words: string) => page.locator('.said').getByText(words).waitFor();
/** Waits until each part of the screen has been read. */
export const allRead = async (page: Page) => {
  const skeletons = page.locator('.skeleton');
  await until('each part to be read', async () => (await skeletons.count()) === 0 || undefined);
};
/** Says why in the window. */
export const giveReason = async (page: Page, act: string) => {
  const window = page.getByRole('dialog');
  await window.getByLabel('Reason').fill('case 4711');
  await window.getByRole('button', { name: act, exact: true }).click();
};

export const find = async (page: Page, what: string) => {
  await page.getByLabel('Email, phone number').fill(what);
  await page.keyboard.press('Enter');
};

/** The console with its staff in Chromium, and the people who call them. */
export function useConsole(options: RekeyOptions = {}) {
  const rekey = useRekey({
    ...options,
    environment: { RECOVERY_POLICY_FILE: policyFile(policy), ...options.environment },
  });
  const browser = useBrowser();
  const who = people(rekey);
  let context: StaffContext;
  beforeAll(async () => {
    context = await staffContext(rekey);
  });
  /** An hour has passed, and the next requests come from elsewhere. */
  const later = () => {
    newHousehold();
    rekey.clock.advance(hour);
  };

  const base = () => rekey.settings.urls.console;
  const visit = (how: BrowserContextOptions = {}): Promise<Visit> => visitConsole(browser, how);
  const go = (page: Page, path: string) => page.goto(base() + path);
  const invited = async (name: string, role: StaffRole): Promise<{ id: string; url: string }> => {
    const made = await inviteStaff(context, 'system', { name, role, reason: 'a new colleague' });
    if (!('url' in made)) throw new Error(`nobody was invited: ${JSON.stringify(made)}`);
    return made;
  };
  /** Somebody of this role, who came by an invitation and so has a passkey. */
  const enter = async (role: StaffRole, name = `Some ${role}`): Promise<Visit & { id: string }> => {
    const [{ id, url }, opened] = [await invited(name, role), await visit()];
    await opened.page.goto(url);
    await press(opened.page, 'Create your passkey');
    await heading(opened.page, 'Overview');
    return { ...opened, id };
  };
  /** A demo person of this role: the quick way to a session. */
  const enterDemo = async (role: StaffRole, how: BrowserContextOptions = {}): Promise<Visit> => {
    const opened = await visit(how);
    await demo(opened.page, role);
    return opened;
  };
  const demo = async (page: Page, role: StaffRole) => {
    const headers = { origin: base(), 'sec-fetch-site': 'same-origin' };
    const url = `${base()}/staff/sessions/demo`;
    const answer = await page.context().request.post(url, { data: { role }, headers });
    expect(answer.status()).toBe(201);
  };
  const events = (event: string, account: string) =>
    rekey.sql(
      `select actor, recovery_id, detail from audit_events
       where event = $1 and account_id = $2 order by recorded_at, id`,
      [event, account],
    );

  const mailOf = (id: string) => `${id}@example.com`;
  /** A recovery of an account, as far as it gets: its role says whether it is held. */
  const proved = async (id: string): Promise<Story & { answer: Answer }> => {
    rekey.clock.advance(61_000);
    newHousehold();
    const story = new Story(rekey);
    const answer = await story.proveBy(mailOf(id));
    return Object.assign(story, { answer });
  };
  const begun = async (id: string): Promise<Story> => {
    rekey.clock.advance(61_000);
    newHousehold();
    const story = new Story(rekey);
    await story.begin(mailOf(id));
    return story;
  };
  /** Leaves a row in the audit. */
  const lookUp = async (id: string) => {
    const url = `${base()}/v1/accounts/${id}`;
    expect((await rekey.call('GET', url, { bearer: await who.management() })).status).toBe(200);
  };
  const told = (to: string, about: RegExp) =>
    until(`${about} to ${to}`, async () => (await rekey.messages(to)).find(({ text }) => about.test(text)));
  return {
    ...{
      rekey,
      browser,
      who,
      base,
      context: () => context,
      visit,
      go,
      invited,
      enter,
      enterDemo,
      demo,
      events,
    },
    ...{ mailOf, proved, begun, told, lookUp, later },
  };
}
