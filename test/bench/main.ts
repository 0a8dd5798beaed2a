import { cpus, loadavg } from 'node:os';
import { contest } from './contest.js';
import { judge } from './goals.js';
import { type Options, readOptions, usage } from './options.js';
import { describeProcesses, describeRound, describeSlowMail, describeStatements } from './report.js';
import { slowMail } from './slow-mail.js';
import { Stage } from './stage.js';

/** Figures go to stdout, progress to stderr. */
const say = (...lines: string[]): void => void process.stdout.write(`${lines.join('\n')}\n`);
const tell = (line: string): void => void process.stderr.write(`${line}\n`);

/** @returns whether every goal was met */
async function run(stage: Stage, options: Options): Promise<boolean> {
  await stage.build(options, tell);
  const rounds = await contest(stage.bench, stage.systems, options, tell);
  const rekey = stage.systems.find(({ name }) => name === 'rekey');
  if (rekey && options.slowMail) tell('rekey: known and unknown starts while mail is slow');
  const slow = rekey && options.slowMail ? await slowMail(stage.bench, rekey, options) : undefined;

  const { rounds: slices, seconds } = options;
  const load = loadavg()[0]?.toFixed(1);
  say(
    `${cpus().length} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), load average ${load}, Node ${process.version}`,
  );
  say(
    `${slices} slices of ${seconds} s; figures: median (lowest–highest) of slices; times: p50 / p95 / p99 of flows`,
  );
  for (const round of rounds) say('', ...describeRound(round));
  if (options.statements) for (const round of rounds) say(...describeStatements(round));
  say('', ...describeProcesses(stage.systems));
  if (slow) say('', ...describeSlowMail(slow));
  const goals = judge(rounds, slow);
  say('', ...goals.map(({ says, met }) => `${met ? 'met   ' : 'MISSED'} ${says}`));
  return goals.every(({ met }) => met);
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
  // Whoever reads the figures may leave early (`| head`); the stage is cleared all the same.
  process.stdout.on('error', () => undefined);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    // The embedded PostgreSQL listens too, and would leave before everyone else has.
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

// The embedded PostgreSQL's exit hook forgets `process.exitCode`.
process.exit(await main(process.argv.slice(2)));
