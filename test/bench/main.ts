import { cpus, loadavg } from 'node:os';
import type { Contest } from './contests/contest.js';
import { introspect, issue, refresh } from './contests/operations.js';
import { recovery } from './contests/recovery.js';
import { describeGoals, judge } from './goals.js';
import { warmUp } from './load-slice.js';
import { handover } from './measures/handover.js';
import type { Measure, Measured } from './measures/measure.js';
import { memory } from './measures/memory.js';
import { million } from './measures/million.js';
import { slowMail } from './measures/slow-mail.js';
import { surge } from './measures/surge.js';
import { type ContestName, type MeasureName, type Options, readOptions, usage } from './options.js';
import { describeProcesses, describeRound, describeStatements } from './report.js';
import { alone, hold, type Round } from './rounds.js';
import { sealing } from './sealing/sealing.js';
import { Stage } from './stage.js';
import type { RecoverySystem, SystemUnderLoad } from './systems/system-under-load.js';

const contests: Record<ContestName, Contest> = { recovery, issue, refresh, introspect };
const measures: Record<Exclude<MeasureName, 'million'>, Measure> = {
  'slow-mail': slowMail,
  handover,
  surge,
  sealing,
  memory,
};

/** Figures go to stdout, progress to stderr. */
const say = (...lines: string[]): void => void process.stdout.write(`${lines.join('\n')}\n`);
const tell = (line: string): void => void process.stderr.write(`${line}\n`);

/** What a run has found out. */
interface Found {
  rounds: Round[];
  measured: Measured[];
  processes: string[];
}

/** @returns whether every goal was met */
async function run(stage: Stage, options: Options): Promise<boolean> {
  await stage.build(options);
  const found: Found = { rounds: [], measured: [], processes: [] };
  const wanted = options.contests.map((name) => contests[name]);
  const ofRekey = options.measures.filter((name) => name !== 'million');
  const isAlone = !options.contests.includes('recovery');
  const starters = new Set(wanted.map((contest) => contest.starters));
  if (ofRekey.length > 0) starters.add(recovery.starters);
  for (const each of starters) {
    const held = wanted.filter((contest) => contest.starters === each);
    const only = held.length === 0 ? 'rekey' : options.only;
    await stage.with(each, { ...options, only }, tell, async (systems) => {
      for (const contest of held)
        found.rounds.push(...(await hold(contest, stage.bench, systems, options, tell)));
      if (each === recovery.starters)
        found.measured.push(...(await measureRekey(stage, options, systems, isAlone)));
      found.processes.push('', ...describeProcesses(systems));
    });
  }
  if (options.measures.includes('million'))
    found.measured.push(await million({ stage, bench: stage.bench, options, tell }));
  report(options, found);
  const goals = judge(found.rounds, found.measured);
  say('', ...describeGoals(goals));
  return goals.every(({ met }) => met);
}

/** What is measured of Rekey alone, on the system that held the contest. */
async function measureRekey(
  stage: Stage,
  options: Options,
  systems: readonly SystemUnderLoad[],
  isCold: boolean,
): Promise<Measured[]> {
  const system = systems.find(({ name }) => name === 'rekey');
  if (!system) return [];
  const { bench } = stage;
  return alone(system, systems, async () => {
    if (isCold) await warmUp(recovery, bench, system);
    const measured: Measured[] = [];
    for (const name of options.measures) {
      if (name === 'million') continue;
      tell(`rekey: ${name}`);
      measured.push(await measures[name]({ bench, stage, system: system as RecoverySystem, options, tell }));
    }
    return measured;
  });
}

function report(options: Options, { rounds, processes, measured }: Found): void {
  const { rounds: slices, seconds } = options;
  const load = loadavg()[0]?.toFixed(1);
  say(
    `${cpus().length} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), load average ${load}, Node ${process.version}`,
  );
  say(
    `${slices} slices of ${seconds} s, of operations half as long; figures: median (lowest–highest) of slices; times: p50 / p95 / p99`,
  );
  for (const round of rounds) say('', ...describeRound(round));
  if (options.statements) for (const round of rounds) say(...describeStatements(round));
  say(...processes);
  for (const { lines } of measured) say('', ...lines);
}

/** @returns the exit code: 0, 1 for a failed run or, with `--assert`, a missed goal, 2 for bad options */
async function main(args: string[]): Promise<number> {
  let options: Options;
  try {
    options = readOptions(args);
  } catch (fault) {
    tell(`${(fault as Error).message}\n\n${usage}`);
    return 2;
  }
  const stage = new Stage();
  // A reader of the figures may leave early (`| head`); the stage is cleared all the same.
  process.stdout.on('error', () => undefined);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    // The embedded PostgreSQL has its own handler, and would stop before its users do.
    process.removeAllListeners(signal);
    process.once(signal, () => void stage.clear().finally(() => process.exit(130)));
  }
  try {
    const met = await run(stage, options);
    return met || !options.assert ? 0 : 1;
  } catch (fault) {
    tell(`the bench failed: ${(fault as Error).stack ?? fault}`);
    return 1;
  } finally {
    await stage.clear();
  }
}

// The embedded PostgreSQL's exit hook ignores `process.exitCode`.
process.exit(await main(process.argv.slice(2)));
