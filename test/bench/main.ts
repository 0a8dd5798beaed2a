import { cpus, loadavg } from 'node:os';
import type { Contest } from './contests/contest.js';
import { introspect, issue, refresh } from './contests/operations.js';
import { recovery } from './contests/recovery.js';
import { judge } from './goals.js';
import { warmUp } from './load-slice.js';
import { type ContestName, type Options, readOptions, usage } from './options.js';
import { describeProcesses, describeRound, describeSlowMail, describeStatements } from './report.js';
import { hold, type Round } from './rounds.js';
import { describeSealing } from './sealing/report-sealing.js';
import { measureSealing, type Sealing } from './sealing/sealing.js';
import { type SlowMail, slowMail } from './slow-mail.js';
import { Stage } from './stage.js';
import type { RecoverySystem, SystemUnderLoad } from './systems/system-under-load.js';

const contests: Record<ContestName, Contest> = { recovery, issue, refresh, introspect };

/** Figures go to stdout, progress to stderr. */
const say = (...lines: string[]): void => void process.stdout.write(`${lines.join('\n')}\n`);
const tell = (line: string): void => void process.stderr.write(`${line}\n`);

/** What a run has measured. */
interface Measured {
  rounds: Round[];
  processes: string[];
  slow?: SlowMail;
  sealing?: Sealing;
}

/** @returns whether every goal was met */
async function run(stage: Stage, options: Options): Promise<boolean> {
  await stage.build(options);
  const measured: Measured = { rounds: [], processes: [] };
  const wanted = options.contests.map((name) => contests[name]);
  for (const starters of new Set(wanted.map((contest) => contest.starters)))
    await stage.with(starters, options, tell, async (systems) => {
      const held = wanted.filter((each) => each.starters === starters);
      for (const contest of held)
        measured.rounds.push(...(await hold(contest, stage.bench, systems, options, tell)));
      if (starters === recovery.starters) await beyondContests(stage, options, { systems, measured });
      measured.processes.push('', ...describeProcesses(systems));
    });
  if (options.sealing && measured.sealing === undefined)
    await stage.with(recovery.starters, { ...options, only: 'rekey' }, tell, async (systems) => {
      for (const system of systems) await warmUp(recovery, stage.bench, system);
      await beyondContests(stage, { ...options, slowMail: false }, { systems, measured });
    });
  report(options, measured);
  const goals = judge(measured.rounds, measured);
  say('', ...goals.map(({ says, met }) => `${met ? 'met   ' : 'MISSED'} ${says}`));
  return goals.every(({ met }) => met);
}

/** What is measured on the systems of recoveries, beside the contests. */
async function beyondContests(
  stage: Stage,
  options: Options,
  { systems, measured }: { systems: readonly SystemUnderLoad[]; measured: Measured },
): Promise<void> {
  const system = systems.find(({ name }) => name === 'rekey');
  if (!system) return;
  if (options.slowMail) {
    tell('rekey: known and unknown starts while mail is slow');
    measured.slow = await slowMail(stage.bench, system as RecoverySystem, options);
  }
  if (options.sealing)
    measured.sealing = await measureSealing(
      stage.bench,
      { system, url: stage.urlOf(system.database) },
      options,
      tell,
    );
}

function report(options: Options, { rounds, processes, slow, sealing }: Measured): void {
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
  if (slow) say('', ...describeSlowMail(slow));
  if (sealing) say('', ...describeSealing(sealing));
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
