import type { MailArrivals } from '../mail-arrivals.js';
import type { PostgresMeter } from '../measure/postgres-meter.js';
import type { Starters, SystemUnderLoad } from '../systems/system-under-load.js';

/** The parts of the stage that every contest uses. */
export interface Bench {
  arrivals: MailArrivals;
  postgres: PostgresMeter;
}

/** Milliseconds of each step of one run. */
export type Times = Record<string, number>;

/** Sends one request after another to a system, on kept connections. */
export interface Driver {
  /** @throws with a sentence that names the failed step and the cause */
  once(): Promise<Times>;
  close(): Promise<void>;
}

export type Unit = 'flow' | 'operation';
export const aRun = (unit: Unit): string => (unit === 'flow' ? 'a flow' : 'an operation');

/** One operation that both systems repeat under the same load. */
export interface Contest<System extends SystemUnderLoad = SystemUnderLoad> {
  name: string;
  /** The name of one operation in the figures. */
  unit: Unit;
  /** The timed steps of one operation, the whole as the last. */
  steps: readonly string[];
  /** Contests with the same starters run on the same systems. */
  starters: Starters<System>;
  /**
   * Operations before the measurement: a fresh process spends up to twice the CPU until its hot paths are compiled, and PostgreSQL plans a
   * statement five times on each connection. By number and not by time, or the faster system would be the warmer one.
   */
  warmUpRuns: number;
  /** The share of the requested seconds for one slice: a short operation needs less time to measure. */
  share: number;
  /** Mails and jobs after the load count too: the slice ends when none has come for this long. 0: there are none. */
  quietMs: number;
  /** Of the floor's runs per second, by concurrency; `highest` of the run for a concurrency without one of its own. */
  ratios: Record<number | 'highest', { must: number; stretch?: number }>;
  open(bench: Bench, system: System, connections: number): Driver;
}
