import { type ChildProcess, fork } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { MailSeen } from './mail-sink.js';

/** After this time the bench counts the mail as lost. */
const patienceMs = 10_000;

/** The mail sink as the driver sees it. */
export class MailArrivals {
  private readonly waiting = new Map<string, (code: string) => void>();
  private lastAt = performance.now();
  /** Every mail so far, also those without a code and those that nobody waited for. */
  count = 0;
  /** Called for every mail. */
  onMail: ((to: string) => void) | undefined;

  private constructor(
    private readonly sink: ChildProcess,
    readonly smtpUrl: string,
  ) {
    sink.on('message', (seen: MailSeen) => this.note(seen));
  }

  static async open(): Promise<MailArrivals> {
    const sink = fork(fileURLToPath(new URL('./mail-sink.js', import.meta.url)));
    const port = await new Promise<number>((resolve, reject) => {
      sink.once('message', (message: { port: number }) => resolve(message.port));
      sink.once('exit', (code) => reject(new Error(`the mail sink ended (${code})`)));
    });
    return new MailArrivals(sink, `smtp://127.0.0.1:${port}`);
  }

  get pid(): number {
    return this.sink.pid ?? 0;
  }

  /** Call it before the start, because a mail may be faster than the response. @throws when none comes */
  codeFor(address: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting.delete(address);
        reject(new Error(`no code within ${patienceMs / 1000} s`));
      }, patienceMs);
      this.waiting.set(address, (code) => {
        clearTimeout(timer);
        resolve(code);
      });
    });
  }

  /** Stops waiting for an address. */
  forget(address: string): void {
    this.waiting.get(address)?.('');
    this.waiting.delete(address);
  }

  /** From now on the sink takes this much longer to accept a mail. */
  slowDown(ms: number): void {
    this.sink.send(ms);
  }

  /**
   * Waits until no mail has come for a while: work after the load (notifications, retries) is part of its cost.
   *
   * @returns milliseconds from now to the last mail
   */
  async quiet(quietMs: number, atMostMs = 60_000): Promise<number> {
    const from = performance.now();
    while (performance.now() - Math.max(this.lastAt, from) < quietMs && performance.now() - from < atMostMs) {
      await pause(50);
    }
    return Math.max(0, this.lastAt - from);
  }

  close(): void {
    this.sink.disconnect();
  }

  private note({ to, code }: MailSeen): void {
    this.count++;
    this.lastAt = performance.now();
    this.onMail?.(to);
    if (!code) return;
    this.waiting.get(to)?.(code);
    this.waiting.delete(to);
  }
}
