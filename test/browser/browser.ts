import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium } from 'playwright-core';

const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';

/** The time limit for a page: ten times what it takes, for a busy machine. */
const waitedMs = 120_000;

export interface TestBrowser {
  /** A new profile; a profile that a test leaves open is closed after the last test. */
  newContext(options?: BrowserContextOptions): Promise<BrowserContext>;
}

/**
 * The Chromium of the system, for the tests of a block.
 *
 * @throws {Error} before the first test, with the way to install one
 */
export function useBrowser(): TestBrowser {
  let browser: Browser;
  beforeAll(async () => {
    if (!existsSync(executablePath)) {
      throw new Error(
        `there is no Chromium at ${executablePath}: install it (Debian: chromium) or set CHROMIUM_PATH`,
      );
    }
    browser = await chromium.launch({
      executablePath,
      timeout: waitedMs,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    });
  });
  afterAll(() => browser?.close());
  return {
    async newContext(options) {
      const context = await browser.newContext(options);
      context.setDefaultTimeout(waitedMs);
      return context;
    },
  };
}
