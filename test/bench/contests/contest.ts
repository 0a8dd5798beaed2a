import type { MailArrivals } from '../mail-arrivals.js';
import type { PostgresMeter } from '../measure/postgres-meter.js';
import type { Starters, SystemUnderLoad } from '../systems/system-under-load.js';

/** What every contest finds on the stage. */
export interface Bench {
  arrivals: MailArrivals;
  postgres: PostgresMeter;
}

/** Milliseconds of each step of one run. */
export type Times = Record<string, number>;

/** Asks a system to do one thing after the other, on connections that are kept. */
export interface Driver {
  /** @throws with a sentence that says at which step it failed and how */
  once(): Promise<Times>;
  close(): Promise<void>;
}

export type Unit = 'flow' | 'operation';
export const aRun = (unit: Unit): string => (unit === 'flow' ? 'a flow' : 'an operation');

/** One thing that both systems do again and again under the same load. */
export interface Contest<System extends SystemUnderLoad = SystemUnderLoad> {
  name: string;
  /** What the figures call one of it. */
  unit: Unit;
  /** What is timed of one, the whole last. */
  steps: readonly string[];
  /** Contests with the same starters are held on the same systems. */
  starters: Starters<System>;
  /** Before anything is measured: a fresh process spends up to twice the CPU until the compiler has seen the hot paths. */
  warmUpMs: number;
  /** A slice's part of the seconds that were asked for: what takes less time needs less to be measured. */
  share: number;
  /** Mails and jobs that it leaves behind count too: how long none may come until it is over. 0: it leaves none. */
  quietMs: number;
  /** Of the floor's runs a second, at the highest concurrency. */
  leastRatio: number;
  open(bench: Bench, system: System, connections: number): Driver;
}
