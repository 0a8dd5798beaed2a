import type { Bench, Contest } from './contests/contest.js';
import { loadSlice, type Slice, warmUp } from './load-slice.js';
import type { Options } from './options.js';
import type { SystemUnderLoad } from './systems/system-under-load.js';

/** The slices of each system at one concurrency, in their order. */
export interface Round {
  contest: Contest;
  concurrency: number;
  slices: Map<string, Slice[]>;
}

/** Stops the processes of the other systems meanwhile: an idle one looks for work, too, and PostgreSQL's CPU is that of all. */
export async function alone<T>(
  system: SystemUnderLoad,
  systems: readonly SystemUnderLoad[],
  work: () => Promise<T>,
): Promise<T> {
  const others = systems.filter((other) => other !== system).flatMap(({ processes }) => processes);
  for (const process of others) process.signal('SIGSTOP');
  try {
    return await work();
  } finally {
    for (const process of others) process.signal('SIGCONT');
  }
}

/**
 * Slices of all systems in turns, so that other load on the machine affects all; every second round has the reverse order, so
 * that no system always follows the other.
 */
export async function hold(
  contest: Contest,
  bench: Bench,
  systems: readonly SystemUnderLoad[],
  { concurrency: wanted, rounds, seconds }: Pick<Options, 'concurrency' | 'rounds' | 'seconds'>,
  tell: (line: string) => void,
): Promise<Round[]> {
  for (const system of systems) {
    tell(`${contest.name}: ${system.name} is warming up with ${contest.warmUpRuns} ${contest.unit}s`);
    await alone(system, systems, () => warmUp(contest, bench, system));
  }
  const held: Round[] = [];
  for (const concurrency of wanted) {
    const slices = new Map<string, Slice[]>(systems.map(({ name }) => [name, []]));
    for (let round = 0; round < rounds; round++) {
      const order = round % 2 === 0 ? systems : [...systems].reverse();
      for (const system of order) {
        const slice = await alone(system, systems, () =>
          loadSlice(contest, bench, system, { concurrency, seconds }),
        );
        slices.get(system.name)?.push(slice);
        const faults = slice.faults.total > 0 ? `, ${slice.faults.total} faults` : '';
        const speed = `${slice.runsPerSecond.toFixed(0)} ${contest.unit}s/s`;
        tell(
          `${contest.name}, concurrency ${concurrency}, round ${round + 1}: ${system.name} ${speed}${faults}`,
        );
      }
    }
    held.push({ contest, concurrency, slices });
  }
  return held;
}
