import { setTimeout as pause } from 'node:timers/promises';
import type { Bench, Contest, Driver, Times } from './contests/contest.js';
import { Faults } from './measure/faults.js';
import { costOfEach, type StatementCost } from './measure/postgres-meter.js';
import { readStat } from './measure/proc.js';
import type { SystemUnderLoad } from './systems/system-under-load.js';

/** A system under constant load for a while. A "run" is one flow or one operation. */
export interface Slice {
  runs: number;
  runsPerSecond: number;
  /** Milliseconds of each run, by step, unsorted. */
  times: Map<string, number[]>;
  faults: Faults;
  /** CPU milliseconds per run, with the work that the load left behind. */
  cpu: { node: number; postgres: number };
  /** SQL statements per run, with the same work: one by one, the most frequent first. */
  statements: StatementCost[];
  /** Mails per run: the code, and all other mails. */
  mails: number;
  /** Milliseconds from the end of the load to the last mail. */
  afterwards: number;
  /** Shares of one core that driver and mail sink used: near 1, the bench measures them instead. */
  driver: number;
  sink: number;
}

/** @returns SQL statements per run, all together */
export const statementsOf = ({ statements }: Slice): number =>
  statements.reduce((sum, { calls, nested }) => sum + (nested ? 0 : calls), 0);

/** Time for connections, prepared statements and compiled code; not measured. In parts of a slice's seconds. */
const runIn = 1 / 6;

const warmUpConcurrency = 24;

/** Operations until the hot paths are compiled; not measured. */
export async function warmUp(contest: Contest, bench: Bench, system: SystemUnderLoad): Promise<void> {
  const driver = contest.open(bench, system, warmUpConcurrency);
  try {
    await closedLoop(contest, driver, warmUpConcurrency, { runs: contest.warmUpRuns });
    await bench.arrivals.quiet(contest.quietMs);
  } finally {
    await driver.close();
  }
}

/** @param concurrency runs under way; the next starts as soon as one ends (a closed loop) */
export async function loadSlice(
  contest: Contest,
  bench: Bench,
  system: SystemUnderLoad,
  { concurrency, seconds }: { concurrency: number; seconds: number },
): Promise<Slice> {
  const { arrivals, postgres } = bench;
  const driver = contest.open(bench, system, concurrency);
  const sliceMs = seconds * 1000 * contest.share;
  const load = (ms: number) => closedLoop(contest, driver, concurrency, { ms });
  const look = () => ({
    node: system.processes.reduce((sum, { pid }) => sum + (readStat(pid)?.own ?? 0), 0),
    postgres: postgres.cpu(),
    mails: arrivals.count,
  });
  try {
    await load(sliceMs * runIn);
    await arrivals.quiet(contest.quietMs);
    const statementsBefore = await postgres.statements(system.database);
    const before = look();
    const ours = { driver: process.cpuUsage(), sink: readStat(arrivals.pid)?.own ?? 0 };
    const { times, faults, runs, ms } = await load(sliceMs);
    const used = process.cpuUsage(ours.driver);
    const sink = (readStat(arrivals.pid)?.own ?? 0) - ours.sink;
    const afterwards = await arrivals.quiet(contest.quietMs);
    const after = look();
    const statements = await postgres.statements(system.database);
    for (const started of system.processes) started.assertAlive();
    const each = (what: keyof typeof before) => (after[what] - before[what]) / runs;
    return {
      runs,
      runsPerSecond: (runs * 1000) / ms,
      times,
      faults,
      cpu: { node: each('node'), postgres: each('postgres') },
      statements: costOfEach(statementsBefore, statements, runs),
      mails: each('mails'),
      afterwards,
      driver: (used.user + used.system) / 1000 / ms,
      sink: sink / ms,
    };
  } finally {
    await driver.close();
  }
}

/** @param until milliseconds, or runs that have ended as they should or not */
async function closedLoop(
  { steps }: Contest,
  driver: Driver,
  concurrency: number,
  { ms = Number.POSITIVE_INFINITY, runs: most = Number.POSITIVE_INFINITY }: { ms?: number; runs?: number },
) {
  const times = new Map<string, number[]>(steps.map((step) => [step, []]));
  const faults = new Faults();
  let runs = 0;
  let begunRuns = 0;
  const note = (taken: Times) => {
    runs++;
    for (const [step, noted] of times) noted.push(taken[step] ?? Number.NaN);
  };
  const begun = performance.now();
  const lane = async () => {
    while (performance.now() - begun < ms && begunRuns < most) {
      begunRuns++;
      try {
        note(await driver.once());
      } catch (fault) {
        faults.note(fault);
        // A system that refuses at once must not get ten thousand requests a second.
        await pause(50);
      }
    }
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
  return { times, faults, runs, ms: performance.now() - begun };
}
