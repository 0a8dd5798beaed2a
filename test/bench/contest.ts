import { type Bench, loadSlice, type Slice, warmUp } from './load-slice.js';
import type { Options } from './options.js';
import type { SystemUnderLoad } from './systems/system-under-load.js';

export type SystemName = SystemUnderLoad['name'];

/** The slices of each system at one concurrency, in the order they were taken. */
export interface Round {
  concurrency: number;
  slices: Map<SystemName, Slice[]>;
}

/**
 * Slices of all systems in turns, so that what else the machine does meets them alike; every second round in the other
 * order, so that none always follows the other.
 */
export async function contest(
  bench: Bench,
  systems: readonly SystemUnderLoad[],
  { concurrency: wanted, rounds, seconds }: Pick<Options, 'concurrency' | 'rounds' | 'seconds'>,
  tell: (line: string) => void,
): Promise<Round[]> {
  for (const system of systems) {
    tell(`${system.name}: warming up`);
    await warmUp(bench, system);
  }
  const contests: Round[] = [];
  for (const concurrency of wanted) {
    const slices = new Map<SystemName, Slice[]>(systems.map(({ name }) => [name, []]));
    for (let round = 0; round < rounds; round++) {
      const order = round % 2 === 0 ? systems : [...systems].reverse();
      for (const system of order) {
        const slice = await loadSlice(bench, system, { concurrency, seconds });
        slices.get(system.name)?.push(slice);
        const faults = slice.faults.total > 0 ? `, ${slice.faults.total} faults` : '';
        tell(
          `concurrency ${concurrency}, round ${round + 1}: ${system.name} ${slice.flowsPerSecond.toFixed(0)} flows/s${faults}`,
        );
      }
    }
    contests.push({ concurrency, slices });
  }
  return contests;
}
