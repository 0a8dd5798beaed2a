import { aRun, type Contest } from './contests/contest.js';
import { type Slice, statementsOf } from './load-slice.js';
import { Faults } from './measure/faults.js';
import { peakMemory } from './measure/proc.js';
import { ascending, quantile, type Spread, spreadOf } from './measure/statistics.js';
import type { Round } from './rounds.js';
import type { SystemUnderLoad } from './systems/system-under-load.js';

/** One line of the table: its label, its value in a slice, its number of decimals. */
interface Figure {
  label: string;
  of: (slice: Slice) => number;
  decimals: number;
}

const figuresOf = ({ unit, quietMs }: Contest): Figure[] => [
  { label: `${unit}s/s`, of: (slice) => slice.runsPerSecond, decimals: 0 },
  { label: `CPU ms ${aRun(unit)}`, of: ({ cpu }) => cpu.node + cpu.postgres, decimals: 2 },
  { label: '  its Node processes', of: ({ cpu }) => cpu.node, decimals: 2 },
  { label: '  PostgreSQL', of: ({ cpu }) => cpu.postgres, decimals: 2 },
  { label: `SQL statements ${aRun(unit)}`, of: statementsOf, decimals: 1 },
  ...(quietMs > 0 ? mailFigures : []),
  { label: 'driver, cores', of: (slice) => slice.driver, decimals: 2 },
];

const mailFigures: Figure[] = [
  { label: 'mails a flow', of: (slice) => slice.mails, decimals: 2 },
  { label: 'mail backlog at the end, s', of: (slice) => slice.afterwards / 1000, decimals: 1 },
  { label: 'mail sink, cores', of: (slice) => slice.sink, decimals: 2 },
];

/** Figures as median (lowest–highest) over the slices; times as p50 / p95 / p99 over all their runs. */
export function describeRound({ contest, concurrency, slices }: Round): string[] {
  const columns = [...slices];
  const floors = slices.has('rekey') ? [...slices.keys()].filter((name) => name !== 'rekey') : [];
  const heading = [
    titleOf({ contest, concurrency }),
    ...columns.map(([name]) => name),
    ...floors.map((floor) => `rekey / ${floor}`),
  ];
  const timesOf = (name: string, step: string) =>
    threeOf(slices.get(name)?.flatMap((slice) => slice.times.get(step) ?? []) ?? []);
  const rows = [
    ...figuresOf(contest).map((figure) => [
      figure.label,
      ...columns.map(([, taken]) => showSpread(spreadOf(taken.map(figure.of)), figure.decimals)),
      ...floors.map((floor) => showSpread(spreadOf(ratiosTo(floor, slices, figure.of)), 2)),
    ]),
    ...contest.steps.map((step) => {
      const ours = timesOf('rekey', step);
      return [
        `${step}, ms`,
        ...columns.map(([name]) => showThree(timesOf(name, step), 1)),
        ...floors.map((floor) => {
          const theirs = timesOf(floor, step);
          return showThree(
            ours.map((value, place) => value / (theirs[place] ?? Number.NaN)),
            2,
          );
        }),
      ];
    }),
  ];
  return [...table(heading, rows), ...columns.flatMap(([name, taken]) => faultsOf(name, taken))];
}

const titleOf = ({ contest: { name }, concurrency }: Pick<Round, 'contest' | 'concurrency'>): string =>
  `${name}, concurrency ${concurrency}`;

/** Slices in the same round are compared with each other: a slow machine slows down both. */
export function ratiosTo(floor: string, slices: Round['slices'], of: (slice: Slice) => number): number[] {
  const theirs = slices.get(floor) ?? [];
  return (slices.get('rekey') ?? []).flatMap((slice, at) => (theirs[at] ? [of(slice) / of(theirs[at])] : []));
}

function threeOf(times: number[]): number[] {
  const sorted = ascending(times);
  return [0.5, 0.95, 0.99].map((share) => quantile(sorted, share));
}

const showThree = (three: number[], decimals: number): string =>
  three.map((value) => show(value, decimals)).join(' / ');

export const showSpread = ({ median, min, max }: Spread, decimals: number): string =>
  min === max
    ? show(median, decimals)
    : `${show(median, decimals)} (${show(min, decimals)}–${show(max, decimals)})`;

/** A ratio to zero is undefined. */
const show = (value: number, decimals: number): string =>
  Number.isFinite(value) ? value.toFixed(decimals) : '–';

function faultsOf(name: string, taken: Slice[]): string[] {
  const faults = new Faults();
  for (const slice of taken) faults.add(slice.faults);
  return faults.total === 0
    ? []
    : [`${name}: ${faults.total} runs failed`, ...faults.lines().map((line) => `  ${line}`)];
}

/** The statements of a run, from the last slice at this concurrency. */
export function describeStatements({ contest, concurrency, slices }: Round): string[] {
  return [...slices].flatMap(([name, taken]) => [
    '',
    ...table(
      [
        `calls ${aRun(contest.unit)}`,
        `ms ${aRun(contest.unit)}`,
        'planning, ms',
        `${name}'s statements: ${titleOf({ contest, concurrency })}`,
      ],
      (taken.at(-1)?.statements ?? [])
        .filter(({ calls, ms }) => calls >= 0.01 || ms >= 0.01)
        .map(({ calls, ms, planningMs, text, nested }) => [
          calls.toFixed(2),
          ms.toFixed(2),
          planningMs.toFixed(2),
          nested ? `  (inside) ${text}` : text,
        ]),
    ),
  ]);
}

/** Peak memory of each process, and the warnings in its log. */
export function describeProcesses(systems: readonly SystemUnderLoad[]): string[] {
  const peaks = systems.map(({ processes }) => processes.map(({ pid }) => peakMemory(pid)));
  const rows = systems.flatMap(({ name, processes }, at) => [
    [name, show(peaks[at]?.reduce((sum, peak) => sum + peak, 0) ?? 0, 0)],
    ...processes.map((process, place) => [`  ${process.name}`, show(peaks[at]?.[place] ?? Number.NaN, 0)]),
  ]);
  const complaints = systems.flatMap(({ processes }) =>
    processes.flatMap((process) => {
      const lines = process.complaints();
      if (lines.length === 0) return [];
      return [`${process.name} complained ${lines.length} times, first:`, `  ${lines[0]?.slice(0, 300)}`];
    }),
  );
  return [...table(['peak memory', 'MiB'], rows), ...complaints];
}

export function table(heading: string[], rows: string[][]): string[] {
  const all = [heading, ...rows];
  const widths = heading.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  const line = (row: string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('   ')
      .trimEnd();
  return [line(heading), widths.map((width) => '─'.repeat(width)).join('───'), ...rows.map(line)];
}
