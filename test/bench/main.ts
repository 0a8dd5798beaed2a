import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '../postgres.js';
import { contest } from './contest.js';
import { judge } from './goals.js';
import { MailArrivals } from './mail-arrivals.js';
import { PostgresMeter } from './measure/postgres-meter.js';
import { peakMemory } from './measure/proc.js';
import { type Options, readOptions, usage } from './options.js';
import { describeRound, describeSlowMail, table } from './report.js';
import { slowMail } from './slow-mail.js';
import { startFloor } from './systems/floor.js';
import { startRekey } from './systems/rekey.js';
import type { SystemUnderLoad } from './systems/system-under-load.js';

const say = (...lines: string[]): void => void process.stdout.write(`${lines.join('\n')}\n`);
const tell = (line: string): void => void process.stderr.write(`${line}\n`);

/** Durable as a deployment is: what a flush to disk costs, both systems pay. */
const postgresFlags = [
  ...['fsync=on', 'synchronous_commit=on', 'max_connections=200'],
  ...['shared_preload_libraries=pg_stat_statements', 'pg_stat_statements.max=10000'],
].flatMap((setting) => ['-c', setting]);

const starters = { rekey: startRekey, floor: startFloor };

/** What is to be undone at the end, last first, however the run ends. */
const undo: (() => unknown)[] = [];

async function run(options: Options): Promise<boolean> {
  const outputDir = await mkdtemp(join(tmpdir(), 'rekey-bench-'));
  undo.push(() => rm(outputDir, { recursive: true, force: true }));
  const server = await startPostgres({ migrated: false, flags: postgresFlags });
  undo.push(() => server.stop());
  const postgres = await PostgresMeter.open(server.url);
  undo.push(() => postgres.close());
  const arrivals = await MailArrivals.open();
  undo.push(() => arrivals.close());

  const systems: SystemUnderLoad[] = [];
  for (const name of ['rekey', 'floor'] as const) {
    if (options.only && options.only !== name) continue;
    tell(`${name}: loading ${options.accounts} accounts, starting`);
    systems.push(
      await start(name, { server: server.url, postgres, arrivals, outputDir, accounts: options.accounts }),
    );
  }
  const bench = { arrivals, postgres };
  const rounds = await contest(bench, systems, options, tell);
  const rekey = systems.find(({ name }) => name === 'rekey');
  const slow = rekey && options.slowMail ? await slowMail(bench, rekey, options) : undefined;

  say(
    `\n${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), load average ${loadavg()[0]?.toFixed(1)}, Node ${process.version}`,
  );
  say(
    `${options.rounds} slices of ${options.seconds} s each; figures: median (lowest–highest) of slices; times: p50 / p95 / p99 of flows`,
  );
  for (const round of rounds) say('', ...describeRound(round));
  say('', ...table(['peak memory, MiB', ''], systems.flatMap(memoryOf)));
  if (slow) say('', ...describeSlowMail(slow));
  const goals = judge(rounds, slow);
  say('', ...goals.map(({ says, met }) => `${met ? 'met   ' : 'MISSED'} ${says}`));
  return goals.every(({ met }) => met);
}

interface Around {
  server: string;
  postgres: PostgresMeter;
  arrivals: MailArrivals;
  outputDir: string;
  accounts: number;
}

async function start(name: keyof typeof starters, around: Around): Promise<SystemUnderLoad> {
  const { server, postgres, arrivals, outputDir, accounts } = around;
  const database = `bench_${name}`;
  await postgres.administer(`create database ${database}`);
  // Loading is not measured, so it does not wait for the disk; connections made after the reset do.
  await postgres.administer(`alter database ${database} set synchronous_commit = off`);
  const databaseUrl = Object.assign(new URL(server), { pathname: database }).href;
  const system = await starters[name]({
    databaseUrl,
    smtpUrl: arrivals.smtpUrl,
    outputDir,
    accounts,
    loaded: () => postgres.administer(`alter database ${database} reset synchronous_commit`),
  });
  undo.push(() => Promise.all(system.processes.map((process) => process.stop())));
  return system;
}

function memoryOf({ name, processes }: SystemUnderLoad): string[][] {
  const each = processes.map((process) => ({ name: process.name, peak: peakMemory(process.pid) }));
  const all = each.reduce((sum, { peak }) => sum + peak, 0);
  return [[name, all.toFixed(0)], ...each.map((process) => [`  ${process.name}`, process.peak.toFixed(0)])];
}

async function undoAll(): Promise<void> {
  for (let step = undo.pop(); step; step = undo.pop()) await step();
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void undoAll().finally(() => process.exit(130)));
}

let options: Options | undefined;
try {
  options = readOptions(process.argv.slice(2));
} catch (fault) {
  process.stderr.write(`${(fault as Error).message}\n\n${usage}`);
  process.exitCode = 2;
}
if (options) {
  try {
    const met = await run(options);
    if (!met && options.assert) process.exitCode = 1;
  } catch (fault) {
    process.stderr.write(`the bench failed: ${(fault as Error).stack ?? fault}\n`);
    process.exitCode = 1;
  } finally {
    await undoAll();
  }
}
