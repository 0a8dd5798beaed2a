import type { Bench } from '../contests/contest.js';
import type { Goal } from '../goal.js';
import type { Faults } from '../measure/faults.js';
import type { Options } from '../options.js';
import type { Stage } from '../stage.js';
import type { RecoverySystem } from '../systems/system-under-load.js';

/** What a measurement says. */
export interface Measured {
  /** A table and what belongs to it. */
  lines: string[];
  goals: Goal[];
  faults: Faults;
}

/** What a measurement works with. The system is warm. */
export interface Around {
  bench: Bench;
  stage: Stage;
  system: RecoverySystem;
  options: Options;
  tell: (line: string) => void;
}

/** Something that is measured of Rekey alone, after the contests. */
export type Measure = (around: Around) => Promise<Measured>;
