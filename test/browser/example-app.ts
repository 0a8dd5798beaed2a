import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { codeIn, type Rekey, until } from '../flows/rekey.js';
import type { TestBrowser } from './browser.js';

/** What a person does in the tabs of the example app, and what can be seen of it. */
export function useExample(rekey: Rekey, browser: TestBrowser) {
  let context: BrowserContext;
  let renewals: number;
  let faults: string[];
  let since: Date;
  beforeEach(() => {
    rekey.clock.advance(600_000);
    since = new Date(rekey.clock.now());
    renewals = 0;
    faults = [];
  });
  afterEach(() => context?.close());

  const open = async (options: BrowserContextOptions = {}, skewMs = 0) => {
    context = await browser.newContext({
      viewport: { width: 1280, height: 900 },
      locale: 'en-GB',
      ...options,
    });
    await context.clock.install({ time: rekey.clock.now() + skewMs });
    context.on('request', (request) => {
      if (request.method() === 'POST' && request.url().endsWith('/oauth2/token')) renewals += 1;
    });
    return context;
  };
  const tab = async (): Promise<Page> => {
    const page = await context.newPage();
    page.on('pageerror', (fault) => faults.push(String(fault)));
    page.on('console', (message) => {
      if (message.type() === 'error' && !/status of 4\d\d|ERR_INTERNET_DISCONNECTED/.test(message.text()))
        faults.push(message.text());
    });
    await page.goto(`${rekey.mailboxUrl}/example`);
    await page.waitForSelector('#sign-in:visible, #token:visible');
    return page;
  };
  const signedIn = async (): Promise<Page> => {
    const page = await tab();
    await page.click('#sign-in button[type=submit]');
    await page.waitForSelector('#token:visible');
    return page;
  };
  /** Of one session. */
  const twoTabs = async (): Promise<[Page, Page]> => {
    await open();
    const one = await signedIn();
    const other = await tab();
    await other.waitForSelector('#token:visible');
    return [one, other];
  };
  /** Advances the clocks of the device and of the issuer. */
  const pass = async (seconds: number) => {
    rekey.clock.advance(seconds * 1000);
    await context.clock.fastForward(seconds * 1000);
  };
  const call = (page: Page, times = 1) =>
    page.evaluate(`for (let n = 0; n < ${times}; n++) document.getElementById('call').click()`);
  const answer = async (page: Page, text: RegExp) => {
    await until(`${text}`, async () =>
      text.test((await page.textContent('#answer')) ?? '') ? true : undefined,
    );
  };
  const kept = (page: Page) => answer(page, /^Note \d+ is saved\.$/);
  const log = async (page: Page) => (await page.textContent('#log')) ?? '';
  const tokenOf = (page: Page): Promise<string> =>
    page.evaluate(`JSON.parse(localStorage.getItem('notes')).access_token`);
  /** Of this test. */
  const livingSessions = async () =>
    (
      await rekey.sql(
        `select id from sessions where client_id = 'example' and ended_at is null and created_at >= $1`,
        [since],
      )
    ).length;
  const back = async (page: Page) => {
    const before = (await rekey.codes('ada@example.com')).length;
    await page.click('#begin button[type=submit]');
    await page.waitForSelector('#code:visible');
    const message = await until('a code', async () => {
      const codes = await rekey.codes('ada@example.com');
      return codes.length > before ? codes[0] : undefined;
    });
    return codeIn(message);
  };

  return {
    /** The profile of this test. */
    get context() {
      return context;
    },
    /** How many tokens its tabs renewed. */
    get renewals() {
      return renewals;
    },
    /** What its pages complained about. */
    get faults() {
      return faults;
    },
    open,
    tab,
    signedIn,
    twoTabs,
    pass,
    call,
    kept,
    log,
    tokenOf,
    livingSessions,
    back,
  };
}
