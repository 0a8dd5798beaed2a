import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium } from 'playwright-core';

const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';

/** What a page is waited for: on a machine that has other work, ten times what it takes. */
const waitedMs = 120_000;

export interface TestBrowser {
  /** A new profile; one that a test leaves open is closed after the last. */
  newContext(options?: BrowserContextOptions): Promise<BrowserContext>;
}

/**
 * A real Chromium, the one of the system, for the tests of a block.
 *
 * @throws {Error} before the first test, that says how to get one
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
