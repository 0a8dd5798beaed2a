import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { request } from 'undici';

/** The folder that the build writes to: `dist/`. */
const built = fileURLToPath(new URL('../../../', import.meta.url));

export interface ProcessToStart {
  name: string;
  /** Below `dist/`. */
  script: string;
  environment: Record<string, string>;
  /** The file for its output: a file, so that reading it costs the driver nothing. */
  outputDir: string;
  /** The folder for its CPU profile. */
  profileDir?: string | undefined;
}

/** One process of a system under load. */
export class StartedProcess {
  private gone: string | undefined;
  private readonly ended: Promise<void>;

  private constructor(
    readonly name: string,
    private readonly child: ChildProcess,
    private readonly outputFile: string,
  ) {
    const takeAlong = () => child.kill('SIGKILL');
    process.once('exit', takeAlong);
    child.once('exit', () => process.off('exit', takeAlong));
    this.ended = new Promise((resolve) => {
      child.once('error', (fault) => this.leave(fault.message, resolve));
      child.once('exit', (code, signal) => this.leave(`exit ${code ?? signal}`, resolve));
    });
  }

  static start({ name, script, environment, outputDir, profileDir }: ProcessToStart): StartedProcess {
    const outputFile = join(outputDir, `${name}.log`);
    const output = openSync(outputFile, 'a');
    const profile = profileDir
      ? ['--cpu-prof', '--cpu-prof-dir', profileDir, '--cpu-prof-name', `${name}.cpuprofile`]
      : [];
    // `npm run start:recovery` and the other scripts do the same.
    const child = spawn(process.execPath, ['--enable-source-maps', ...profile, join(built, script)], {
      stdio: ['ignore', output, output],
      env: { PATH: process.env.PATH, NODE_ENV: 'development', ...environment },
    });
    closeSync(output);
    return new StartedProcess(name, child, outputFile);
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** @throws with the end of its output when it has ended: measurements after that would mean nothing */
  assertAlive(): void {
    if (this.gone !== undefined)
      throw new Error(`${this.name} is gone (${this.gone}):\n${this.output().slice(-2000)}`);
  }

  /** Sends a signal. */
  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  output(): string {
    return readFileSync(this.outputFile, 'utf8');
  }

  /** Lines of its log at `warn` or above (pino's 40), and lines that are no JSON. */
  complaints(): string[] {
    return this.output()
      .split('\n')
      .filter((line) => line !== '' && !/^\{"level":[123]0,/.test(line));
  }

  /** Waits until `url` responds 200. @throws when it has not within four minutes */
  async answers(url: string): Promise<void> {
    const giveUpAt = Date.now() + 240_000;
    for (;;) {
      this.assertAlive();
      if (await isOk(url)) return;
      if (Date.now() > giveUpAt)
        throw new Error(`${this.name} is not ready: ${url}\n${this.output().slice(-2000)}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** @returns once it has ended; it is killed after 20 s */
  async stop(): Promise<void> {
    if (this.gone !== undefined) return;
    this.child.kill('SIGTERM');
    const force = setTimeout(() => this.child.kill('SIGKILL'), 20_000);
    await this.ended;
    clearTimeout(force);
  }

  private leave(how: string, resolve: () => void): void {
    this.gone ??= how;
    resolve();
  }
}

async function isOk(url: string): Promise<boolean> {
  try {
    const { statusCode, body } = await request(url);
    await body.dump();
    return statusCode === 200;
  } catch {
    return false;
  }
}
