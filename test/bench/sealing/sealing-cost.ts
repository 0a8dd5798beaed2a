import type { Bench, Contest } from '../contests/contest.js';
import { loadSlice, type Slice } from '../load-slice.js';
import { type Spread, spreadOf } from '../measure/statistics.js';
import type { SystemUnderLoad } from '../systems/system-under-load.js';
import type { SealingSwitch } from './sealing-switch.js';

/** Slices of recoveries with and without sealing, four in turns: without, with, with, without; then the other way around. */
export interface SealingCost {
  concurrency: number;
  rounds: { without: [Slice, Slice]; with: [Slice, Slice] }[];
}

/** A share of what a flow costs: 0.03 is three per cent more. */
export interface CostOf {
  /** What a flow costs without sealing, over all rounds, in the unit of what is measured. */
  without: Spread;
  /** What sealing adds, by round. */
  added: Spread;
  /** The standard error of the mean of that. */
  error: number;
  /** What the two slices of a round with the same sealing differ by, either way: nothing smaller can be seen in one round. */
  noise: Spread;
}

export async function sealingCost(
  contest: Contest,
  bench: Bench,
  system: SystemUnderLoad,
  {
    sealing,
    ...of
  }: {
    sealing: SealingSwitch;
    concurrency: number;
    seconds: number;
    rounds: number;
    tell: (line: string) => void;
  },
): Promise<SealingCost> {
  const { concurrency, seconds, tell } = of;
  const slice = async (isOn: boolean): Promise<Slice> => {
    // What was left over is no part of either slice.
    await sealing.on();
    await sealing.drained();
    if (!isOn) await sealing.off();
    return loadSlice(contest, bench, system, { concurrency, seconds });
  };
  const rounds: SealingCost['rounds'] = [];
  for (let round = 0; round < of.rounds; round++) {
    const outer = await slice(round % 2 === 1);
    const inner: [Slice, Slice] = [await slice(round % 2 === 0), await slice(round % 2 === 0)];
    const outers: [Slice, Slice] = [outer, await slice(round % 2 === 1)];
    rounds.push(round % 2 === 0 ? { without: outers, with: inner } : { without: inner, with: outers });
    tell(
      `sealing, round ${round + 1}: CPU ${(100 * costOf({ concurrency, rounds }, cpuOf).added.median).toFixed(1)} % more a flow so far`,
    );
  }
  await sealing.on();
  return { concurrency, rounds };
}

/** CPU milliseconds of a flow, in Node.js and PostgreSQL: with what the load left behind, so the sealing of its last second, too. */
export const cpuOf = ({ cpu }: Slice): number => cpu.node + cpu.postgres;
/** Milliseconds that the whole system needs for one flow more. */
export const timeOf = ({ runsPerSecond }: Slice): number => 1000 / runsPerSecond;

export function costOf({ rounds }: SealingCost, of: (slice: Slice) => number): CostOf {
  const mean = ([one, other]: [Slice, Slice]) => (of(one) + of(other)) / 2;
  const added = rounds.map((round) => mean(round.with) / mean(round.without) - 1);
  return {
    without: spreadOf(rounds.flatMap((round) => round.without.map(of))),
    added: spreadOf(added),
    error: standardError(added),
    noise: spreadOf(
      rounds.flatMap((round) =>
        [round.with, round.without].map(([one, other]) => Math.abs(of(one) / of(other) - 1)),
      ),
    ),
  };
}

function standardError(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1) / values.length);
}
