import { Inject, Injectable } from '@nestjs/common';
import { every } from '@rekey/kernel';
import { type LabelsOf, Telemetry } from '@rekey/telemetry';
import { LOG } from './injection-tokens.js';
import type { Log } from './log.js';
import { Resources } from './resources.js';

type Sweep = LabelsOf<'sweeps'>['sweep'];

/** The work of a process that repeats: each round is counted, a fault is logged, and the end waits for the running round. */
@Injectable()
export class PeriodicWork {
  constructor(
    private readonly resources: Resources,
    private readonly telemetry: Telemetry,
    @Inject(LOG) private readonly log: Log,
  ) {}

  /** @param ms from the end of a round to the start of the next */
  async start(sweep: Sweep, ms: number, work: () => Promise<unknown>): Promise<void> {
    const onEnd = (fault: unknown) => {
      this.telemetry.record('sweeps', { sweep, outcome: fault === undefined ? 'done' : 'failed' });
      if (fault !== undefined) this.log.warn({ err: fault, sweep }, 'sweep failed');
    };
    await this.resources.open(
      () => every(ms, { work, onEnd }),
      (periodic) => periodic.stop(),
    );
  }
}
