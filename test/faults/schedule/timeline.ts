import type { FaultKind } from './plan.js';

/** Of the schedule, or one that follows from it: the queue has lost a job that a killed courier had taken. */
export type HappenedKind = FaultKind | 'queue: job under way lost';

/** The faults that have happened, with their times. */
export class Timeline {
  readonly faults: { kind: HappenedKind; at: number }[] = [];

  happened(kind: HappenedKind): void {
    this.faults.push({ kind, at: Date.now() });
  }

  /** Whether one of these happened in this time, in milliseconds by the machine. */
  hasOne(kinds: readonly HappenedKind[], from: number, to: number): boolean {
    return this.faults.some(({ kind, at }) => kinds.includes(kind) && at >= from && at <= to);
  }

  /** @returns when it happened last, in milliseconds by the machine; 0 for never */
  last(wanted: HappenedKind): number {
    return this.faults.findLast(({ kind }) => kind === wanted)?.at ?? 0;
  }

  tally(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { kind } of this.faults) counts[kind] = (counts[kind] ?? 0) + 1;
    return Object.fromEntries(Object.entries(counts).sort());
  }
}
