import { atLeast, atMost, type Goal } from './goal.js';
import { statementsOf } from './load-slice.js';
import { median } from './measure/statistics.js';
import type { Measured } from './measures/measure.js';
import { ratiosTo, table } from './report.js';
import type { Round } from './rounds.js';
import { notifyingFloor } from './systems/floor.js';

/** Statements of a flow at each concurrency: where many are under way, one statement can serve several. */
const statementGoals: Record<number, { must: number; stretch: number }> = {
  1: { must: 12, stretch: 9 },
  32: { must: 5, stretch: 3 },
};

/** The goals of the project, as far as this run can check them. */
export function judge(rounds: readonly Round[], measured: readonly Measured[]): Goal[] {
  const faults = [
    ...rounds.flatMap(({ slices }) => [...slices.values()].flat().map((slice) => slice.faults)),
    ...measured.map((each) => each.faults),
  ].reduce((sum, { total }) => sum + total, 0);
  return [
    ...rounds.flatMap((round) => underLoad(round, isHighest(round, rounds))),
    ...measured.flatMap(({ goals }) => goals),
    {
      figure: 'runs that did not end as they should',
      measured: `${faults}`,
      must: 'none',
      met: faults === 0,
    },
  ];
}

const isHighest = ({ contest, concurrency }: Round, rounds: readonly Round[]): boolean =>
  rounds.every((other) => other.contest !== contest || other.concurrency <= concurrency);

/** A recovery is judged by the floor that sends as many mails. */
function underLoad({ contest, concurrency, slices }: Round, isLast: boolean): Goal[] {
  const { name, unit, ratios } = contest;
  const rekey = slices.get('rekey') ?? [];
  const floor = slices.has(notifyingFloor) ? notifyingFloor : 'floor';
  const at = `concurrency ${concurrency}`;
  const goals: Goal[] = [];
  const limits = isLast ? ratios.highest : ratios[concurrency];
  const speeds = ratiosTo(floor, slices, ({ runsPerSecond }) => runsPerSecond);
  if (limits && speeds.length > 0)
    goals.push(
      atLeast(`${name}: ${unit}s/s to those of the ${floor}, ${at}`, median(speeds), {
        decimals: 2,
        ...limits,
      }),
    );
  if (unit !== 'flow' || rekey.length === 0) return goals;
  const costs = ratiosTo(floor, slices, ({ cpu }) => cpu.node + cpu.postgres);
  if (isLast && costs.length > 0)
    goals.push(
      atMost(`${name}: CPU of a flow to that of the ${floor}, ${at}`, median(costs), {
        decimals: 2,
        must: 2.5,
        stretch: 1.8,
      }),
    );
  const wanted = statementGoals[concurrency];
  if (wanted)
    goals.push(
      atMost(`${name}: SQL statements of a flow, ${at}`, median(rekey.map(statementsOf)), {
        decimals: 1,
        ...wanted,
      }),
    );
  return goals;
}

export const describeGoals = (goals: readonly Goal[]): string[] =>
  table(
    ['', 'figure', 'measured', 'must', 'stretch'],
    goals.map(({ figure, measured, must, stretch, met, stretched }) => [
      met ? 'met' : 'MISSED',
      figure,
      measured,
      must,
      stretch ? `${stretch}${stretched ? ': met' : ''}` : '',
    ]),
  );
