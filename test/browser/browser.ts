import { existsSync, readdirSync, readFileSync } from 'node:fs';
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
 * @param options.keepsPages pages that are gone back to come from its back/forward cache, which Playwright turns off otherwise
 * @throws {Error} before the first test, with the way to install one
 */
export function useBrowser({ keepsPages = false } = {}): TestBrowser {
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
        // Also pages that forbid a cache, as Chromium does where no cookie changes.
        ...(keepsPages ? ['--enable-features=CacheControlNoStoreEnterBackForwardCache'] : []),
      ],
      ...(keepsPages ? { ignoreDefaultArgs: ['--disable-back-forward-cache'] } : {}),
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

/** The numbers of all processes that descend from this one, with their command lines. */
function descendants(): { id: number; command: string }[] {
  const all = readdirSync('/proc')
    .filter((id) => /^\d+$/.test(id))
    .flatMap((id) => {
      try {
        // The name before the state and the parent may contain anything.
        const [, parent] = /.*\) \S (\d+)/s.exec(readFileSync(`/proc/${id}/stat`, 'utf8')) ?? [];
        const command = readFileSync(`/proc/${id}/cmdline`, 'utf8');
        return [{ id: Number(id), parent: Number(parent), command }];
      } catch {
        // It ended meanwhile.
        return [];
      }
    });
  const own = new Set([process.pid]);
  for (let size = 0; size < own.size; ) {
    size = own.size;
    for (const { id, parent } of all) if (own.has(parent)) own.add(id);
  }
  return all.filter(({ id }) => own.has(id));
}

/**
 * Stops the process of the browser that tells its tabs what another tab stored, as a busy machine may.
 *
 * @returns lets it go on
 * @throws {Error} if this process has no such browser
 */
export function stallStorage(): () => void {
  const found = descendants().filter(({ command }) =>
    command.includes('utility-sub-type=storage.mojom.StorageService'),
  );
  if (found.length === 0) throw new Error('Chromium has no process for its storage');
  for (const { id } of found) process.kill(id, 'SIGSTOP');
  return () => {
    for (const { id } of found) process.kill(id, 'SIGCONT');
  };
}
