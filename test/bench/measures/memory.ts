import { setTimeout as pause } from 'node:timers/promises';
import { recovery } from '../contests/recovery.js';
import { atMost } from '../goal.js';
import { Faults } from '../measure/faults.js';
import { memory as memoryOf } from '../measure/proc.js';
import { median } from '../measure/statistics.js';
import { table } from '../report.js';
import type { Measure } from './measure.js';

const lanes = 8;
/** Of each lane, so that the accounts last: fifty flows a second in all, or what the machine can do. */
const flowMs = 160;
const lookMs = 2_000;
/** A process keeps what it once needed: the first part of the time is left out of the growth. */
const settled = 0.4;
/** MiB an hour are told from what the heap does by chance by this share of what there is. */
const noise = 0.03;

/** Resident memory of all processes under load for some minutes, and whether it grows. */
export const memory: Measure = async ({ bench, system, options: { minutes }, tell }) => {
  const driver = recovery.open(bench, system, lanes);
  const faults = new Faults();
  const end = performance.now() + minutes * 60_000;
  let flows = 0;
  const lane = async () => {
    while (performance.now() < end) {
      const next = performance.now() + flowMs;
      await driver.once().then(
        () => flows++,
        (fault) => faults.note(fault),
      );
      await pause(Math.max(0, next - performance.now()));
    }
  };
  /** MiB of each process, look after look. */
  const looks: number[][] = [];
  const watch = async () => {
    for (; performance.now() < end; await pause(lookMs))
      looks.push(system.processes.map(({ pid }) => memoryOf(pid)));
  };
  tell(`memory: ${minutes} minutes of load`);
  try {
    await Promise.all([watch(), ...Array.from({ length: lanes }, lane)]);
  } finally {
    await driver.close();
  }
  const totals = looks.map((look) => look.reduce((sum, one) => sum + one, 0));
  const from = Math.floor(totals.length * settled);
  const half = from + Math.floor((totals.length - from) / 2);
  const [earlier, later] = [median(totals.slice(from, half)), median(totals.slice(half))];
  const highest = Math.max(...totals);
  const of = (place: number) => looks.map((look) => look[place] ?? Number.NaN);
  const row = (name: string, values: number[]) => [
    name,
    median(values.slice(from, half)).toFixed(0),
    median(values.slice(half)).toFixed(0),
    Math.max(...values).toFixed(0),
  ];
  const share = later / earlier - 1;
  return {
    lines: [
      ...table(
        [`resident memory, MiB, ${minutes} minutes, ${flows} flows`, 'earlier', 'later', 'highest'],
        [
          row('all processes', totals),
          ...system.processes.map(({ name }, place) => row(`  ${name}`, of(place))),
        ],
      ),
      `earlier and later: medians of the two halves of the last ${(100 * (1 - settled)).toFixed(0)} % of the time`,
    ],
    goals: [
      atMost(`memory of ${system.processes.length} processes under load`, highest, {
        decimals: 0,
        must: 450,
        stretch: 350,
        unit: ' MiB',
      }),
      {
        figure: `growth of memory in ${minutes} minutes of load`,
        measured: `${(100 * share).toFixed(1)} %`,
        must: `none (at most ${100 * noise} %, by chance)`,
        met: share <= noise,
      },
    ],
    faults,
  };
};
