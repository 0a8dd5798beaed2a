import { type AppProcess, startApp } from '../../deployed/app-process.js';
import { freePort } from '../../runner/free-port.js';

/** A process of an app that is killed by kill -9 and started again at the same place. */
export class Replica {
  url = '';
  /** When it was dead, in milliseconds by the machine. */
  private readonly downs: { from: number; to: number }[] = [];
  private process: AppProcess | undefined;
  private isExpected = false;
  /** Until it runs again after a kill: no time may pass, which it would not learn of. */
  isStarting = false;
  /** The start of the process that runs now, in milliseconds by the machine. */
  since = 0;
  private starting: Promise<void> = Promise.resolve();
  /** Ends that nobody asked for, with the output. */
  readonly died: string[] = [];

  constructor(
    private readonly name: 'recovery' | 'courier',
    private readonly rekey: Parameters<typeof startApp>[1],
    private readonly environment: Record<string, string>,
  ) {}

  async start(): Promise<void> {
    const port = this.url ? Number(new URL(this.url).port) : await freePort();
    this.url = `http://localhost:${port}`;
    this.isExpected = false;
    this.since = Date.now();
    const started = await startApp(this.name, this.rekey, { port, environment: this.environment });
    this.process = started;
    void started.exited.then((code) => {
      if (!this.isExpected) this.died.push(`${this.name} ended with ${code}: ${started.output()}`);
    });
  }

  /** Kills it, and starts another one. {@link ready} tells when that one runs. */
  async killAndStart(): Promise<void> {
    await this.starting;
    this.isStarting = true;
    const down = { from: Date.now(), to: Number.POSITIVE_INFINITY };
    this.downs.push(down);
    this.isExpected = true;
    await this.process?.kill();
    this.process = undefined;
    this.starting = this.start().then(() => {
      down.to = Date.now();
      this.isStarting = false;
    });
  }

  ready(): Promise<void> {
    return this.starting;
  }

  wasDown(from: number, to: number): boolean {
    return this.downs.some((down) => down.from <= to && down.to >= from);
  }

  /** Moves its clock to that of the test. */
  async follow(): Promise<void> {
    await this.process?.follow();
  }

  /** Ends it for good. */
  async kill(): Promise<void> {
    await this.starting;
    this.isExpected = true;
    await this.process?.kill();
  }
}
