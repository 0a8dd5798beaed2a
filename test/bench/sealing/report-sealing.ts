import { loadavg } from 'node:os';
import { atLeast, type Goal } from '../goal.js';
import { Faults } from '../measure/faults.js';
import { ascending, median, quantile, spreadOf } from '../measure/statistics.js';
import type { Measured } from '../measures/measure.js';
import { showSpread, table } from '../report.js';
import { type CostOf, costOf, cpuOf, type SealingCost, timeOf } from './sealing-cost.js';
import { type SealingSpeed, wantedPerSecond } from './sealing-speed.js';

/** What sealing may add to a flow. */
const atMost = 0.03;
/** Milliseconds that an event may wait while the audit grows as fast as it should be able to: a turn a second, and one that lasts. */
const oldestMs = 5_000;

const percent = (share: number): string => (100 * share).toFixed(1);
const spread = ({ added: { median, min, max }, error }: CostOf): string =>
  `${percent(median)} (${percent(min)}–${percent(max)}), ± ${percent(error)}`;

interface Sealing {
  cost: SealingCost;
  speed: SealingSpeed;
}

export function reportSealing(sealing: Sealing): Measured {
  const faults = new Faults();
  const slices = sealing.cost.rounds.flatMap((round) => [...round.with, ...round.without]);
  for (const slice of slices) faults.add(slice.faults);
  return { lines: describeSealing(sealing), goals: judgeSealing(sealing), faults };
}

function describeSealing({ cost, speed: { backlog, cpu, backlogSize, stream } }: Sealing): string[] {
  const costs = { 'CPU a flow': costOf(cost, cpuOf), 'time a flow': costOf(cost, timeOf) };
  const ages = ascending(stream.ages);
  return [
    ...table(
      [`what sealing adds, concurrency ${cost.concurrency}`, 'ms without', '%, by round', 'noise, %'],
      Object.entries(costs).map(([label, of]) => [
        label,
        showSpread(of.without, 2),
        spread(of),
        `${percent(of.noise.median)} (${percent(of.noise.min)}–${percent(of.noise.max)})`,
      ]),
    ),
    `${cost.rounds.length} rounds of four slices: without, with, with, without, and the other way around; noise: two slices of the same kind`,
    '',
    ...table(
      ['how fast sealing is', `load average ${loadavg()[0]?.toFixed(1)}`],
      [
        [`backlogs of ${backlogSize} events, events/s`, showSpread(spreadOf(backlog), 0)],
        ['  CPU ms an event', showSpread(spreadOf(cpu), 3)],
        [`writers of ${stream.wanted} events/s came to`, stream.written.toFixed(0)],
        [
          '  oldest event unsealed, ms: p50 / highest',
          `${quantile(ages, 0.5).toFixed(0)} / ${quantile(ages, 1).toFixed(0)}`,
        ],
        ['  all sealed after the last, ms', stream.afterwards.toFixed(0)],
      ],
    ),
  ];
}

function judgeSealing({ cost, speed: { backlog, stream } }: Sealing): Goal[] {
  const { added, error } = costOf(cost, cpuOf);
  const highest = Math.max(...stream.ages);
  return [
    atLeast('sealing of a backlog', median(backlog), {
      decimals: 0,
      must: wantedPerSecond,
      unit: ' events/s',
    }),
    {
      figure: `sealing beside ${wantedPerSecond} events/s`,
      measured: `${stream.written.toFixed(0)} written, none unsealed for more than ${(highest / 1000).toFixed(1)} s`,
      must: `keeps up, within ${oldestMs / 1000} s`,
      met: stream.written >= 0.95 * wantedPerSecond && highest <= oldestMs,
    },
    {
      figure: 'sealing, CPU of a flow',
      measured: `${percent(added.median)} ± ${percent(error)} %`,
      must: `at most ${percent(atMost)} % more`,
      met: added.median <= atMost,
    },
  ];
}
