import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { MovableClock, systemClock } from '@rekey/kernel';
import type { Settings } from '@rekey/settings';
import type { Rekey } from '../flows/rekey.js';
import { freePort } from '../runner/free-port.js';

/** The clock of the machine, which can be moved ahead: for a Rekey of several processes, whose clocks must agree. */
export class RunningClock extends MovableClock {
  constructor() {
    super(0);
  }

  override now(): number {
    return systemClock.now() + super.now();
  }
}

export interface AppProcess {
  /**
   * The URL that this process listens at; its public URL may differ.
   *
   * @throws when the test's clock is ahead of the clock of this process: what it writes would have expired
   */
  readonly url: string;
  /** Moves its clock to where the test has moved its own. */
  follow(): Promise<void>;
  /** All of its output so far. */
  output(): string;
  exited: Promise<number | null>;
  /** SIGTERM. @returns the exit code */
  end(): Promise<number | null>;
  /** kill -9, unless it has ended. */
  kill(): Promise<void>;
}

/**
 * One more process of an app beside those of a running Rekey: a replica on the same PostgreSQL, keys and public URLs, with the
 * clock of the test. It is killed before that Rekey closes. Needs a build: that of `REKEY_TREE`, else of this tree.
 *
 * @param more.preload a module that is loaded before the app
 */
export async function startApp(
  name: 'recovery' | 'courier' | 'issuer' | 'console',
  rekey: Pick<Rekey, 'clock'> &
    Partial<Pick<Rekey, 'beforeClose'>> & {
      settings: Pick<Settings, 'databaseUrl' | 'dataDir'> & { urls: Partial<Settings['urls']> };
    },
  more: { port?: number; scheme?: 'https'; environment?: Record<string, string>; preload?: string } = {},
): Promise<AppProcess> {
  const port = more.port ?? (await freePort());
  const aheadOfMachine = () => rekey.clock.now() - systemClock.now();
  let ahead = aheadOfMachine();
  const preloads = ['test/faults/preload/clock.mjs', more.preload].flatMap((file) =>
    file ? ['--import', `./${file}`] : [],
  );
  const command = join(process.env.REKEY_TREE ?? '', 'dist/apps/standalone/src/rekey.js');
  const child = spawn(process.execPath, [...preloads, command, name], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: {
      PATH: process.env.PATH,
      LOG_LEVEL: 'fatal',
      DATABASE_URL: rekey.settings.databaseUrl,
      REKEY_DATA_DIR: rekey.settings.dataDir,
      RECOVERY_URL: rekey.settings.urls.recovery,
      ISSUER_URL: rekey.settings.urls.issuer,
      CONSOLE_URL: rekey.settings.urls.console,
      TRUST_PROXY: '127.0.0.1,::1',
      [`${name.toUpperCase()}_PORT`]: String(port),
      CLOCK_OFFSET_MS: String(ahead),
      ...more.environment,
    },
  });
  const url = () => {
    if (aheadOfMachine() - ahead > mostAheadMs)
      throw new Error(`the clock has moved since ${name} was started: start it anew, or let it follow`);
    return `${more.scheme ?? 'http'}://localhost:${port}`;
  };
  const app: AppProcess = watched(child, url, async () => {
    ahead = aheadOfMachine();
    const moved = new Promise((resolve) => child.once('message', resolve));
    if (child.connected) child.send({ ahead }, () => undefined);
    await Promise.race([moved, app.exited]);
  });
  rekey.beforeClose?.(() => app.kill());
  for (;;) {
    const ready = await isReady(app.url);
    if (ready) return app;
    const over = await Promise.race([
      app.exited,
      new Promise((resolve) => setTimeout(resolve, 50, 'not yet')),
    ]);
    if (over !== 'not yet') throw new Error(`${name} ended with ${over}: ${app.output()}`);
  }
}

/** The greatest lead of a clock over those of the other processes, in milliseconds: nothing that they write expires within it. */
const mostAheadMs = 300_000;

/** Checks only that HTTPS listens: its certificate is the test's own. */
const isReady = (url: string): Promise<boolean> =>
  fetch(`${url}/health/ready`).then(
    ({ ok }) => ok,
    ({ cause }) => cause?.code === 'DEPTH_ZERO_SELF_SIGNED_CERT',
  );

function watched(child: ChildProcess, url: () => string, follow: () => Promise<void>): AppProcess {
  let output = '';
  const read = (chunk: Buffer) => {
    output += chunk.toString();
  };
  child.stdout?.on('data', read);
  child.stderr?.on('data', read);
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
  return {
    get url() {
      return url();
    },
    follow,
    output: () => output,
    exited,
    end() {
      child.kill('SIGTERM');
      return exited;
    },
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
