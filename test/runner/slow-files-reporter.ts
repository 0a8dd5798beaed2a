import { pbkdf2 } from 'node:crypto';
import { relative } from 'node:path';
import { promisify } from 'node:util';
import { top } from './shared-modules.js';
import { longest, nearest, type PaceSample, type TimedFile, tooSlow } from './slow-files.js';

const work = (): Promise<unknown> => promisify(pbkdf2)('pace', 'salt', 150_000, 32, 'sha256');
const sampleEveryMs = 2_000;
const shown = 10;

/** Jest's report of an ended spec file; times in milliseconds since 1970. */
interface Ended {
  testFilePath: string;
  perfStats: { start: number; end: number };
}

/**
 * Names the slowest files at the end of a run, and each flow that took too long for the speed of the machine. It never fails a
 * run: how long a file takes is also a matter of what else the machine did in that minute.
 */
export default class SlowFilesReporter {
  private readonly files: TimedFile[] = [];
  private readonly samples: PaceSample[] = [];
  private timer: NodeJS.Timeout | undefined;

  onRunStart(): void {
    this.timer = setInterval(() => void this.sample(), sampleEveryMs);
  }

  onTestResult(_test: unknown, { testFilePath, perfStats }: Ended): void {
    this.files.push({ path: relative(top, testFilePath), from: perfStats.start, to: perfStats.end });
  }

  onRunComplete(): void {
    clearInterval(this.timer);
    if (this.files.length <= shown) return;
    const flows = [...nearest(this.files, this.samples), ...tooSlow(this.files, this.samples)];
    process.stderr.write(`${['The longest files:', ...longest(this.files, shown), ...flows].join('\n')}\n`);
  }

  private async sample(): Promise<void> {
    const from = performance.now();
    await work();
    this.samples.push({ at: Date.now(), ms: performance.now() - from });
  }
}
