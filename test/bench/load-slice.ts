import { setTimeout as pause } from 'node:timers/promises';
import type { MailArrivals } from './mail-arrivals.js';
import { Faults } from './measure/faults.js';
import { costAFlow, type PostgresMeter, type StatementCost } from './measure/postgres-meter.js';
import { readStat } from './measure/proc.js';
import { type FlowTimes, RecoveryClient, type Step, steps } from './recovery-flow.js';
import type { SystemUnderLoad } from './systems/system-under-load.js';

/** A system under constant load for a while. */
export interface Slice {
  flows: number;
  flowsPerSecond: number;
  /** Milliseconds of each flow, unsorted. */
  times: Record<Step, number[]>;
  faults: Faults;
  /** CPU milliseconds a flow, what the load left behind included. */
  cpu: { node: number; postgres: number };
  /** SQL statements a flow, likewise: one by one, the most frequent first. */
  statements: StatementCost[];
  /** Mails a flow: the code, and whatever else the system writes. */
  mails: number;
  /** Milliseconds after the load until the last mail was out. */
  afterwards: number;
  /** Shares of one core that driver and mail sink took: near 1, they are what is measured. */
  driver: number;
  sink: number;
}

export interface Bench {
  arrivals: MailArrivals;
  postgres: PostgresMeter;
}

/** @returns SQL statements a flow, all together */
export const statementsOf = ({ statements }: Slice): number =>
  statements.reduce((sum, { calls, nested }) => sum + (nested ? 0 : calls), 0);

/** Connections, prepared statements and compiled code have come up by then; not measured. */
const runInMs = 1_000;

const warmUpMs = 12_000;
const warmUpConcurrency = 24;

/** Longer than a courier needs to notice that there is something to do. */
const quietMs = 1_200;

/**
 * Until the compiler has seen the hot paths: over its first thousand recoveries a fresh process spends up to twice the CPU
 * a flow. Not measured.
 */
export async function warmUp({ arrivals }: Bench, system: SystemUnderLoad): Promise<void> {
  const client = new RecoveryClient(system.url, warmUpConcurrency, arrivals);
  try {
    await closedLoop(client, system, warmUpConcurrency, warmUpMs);
    await arrivals.quiet(quietMs);
  } finally {
    await client.close();
  }
}

/** @param concurrency recoveries under way; each that ends is followed by the next at once (a closed loop) */
export async function loadSlice(
  { arrivals, postgres }: Bench,
  system: SystemUnderLoad,
  { concurrency, seconds }: { concurrency: number; seconds: number },
): Promise<Slice> {
  const client = new RecoveryClient(system.url, concurrency, arrivals);
  const load = (ms: number) => closedLoop(client, system, concurrency, ms);
  const look = () => ({
    node: system.processes.reduce((sum, { pid }) => sum + (readStat(pid)?.own ?? 0), 0),
    postgres: postgres.cpu(),
    mails: arrivals.count,
  });
  try {
    await load(runInMs);
    await arrivals.quiet(quietMs);
    const statementsBefore = await postgres.statements(system.database);
    const before = look();
    const ours = { driver: process.cpuUsage(), sink: readStat(arrivals.pid)?.own ?? 0 };
    const { times, faults, ms } = await load(seconds * 1000);
    const driver = process.cpuUsage(ours.driver);
    const sink = (readStat(arrivals.pid)?.own ?? 0) - ours.sink;
    const afterwards = await arrivals.quiet(quietMs);
    const after = look();
    const statements = await postgres.statements(system.database);
    for (const started of system.processes) started.assertAlive();
    const flows = times.whole.length;
    const each = (what: keyof typeof before) => (after[what] - before[what]) / flows;
    return {
      flows,
      flowsPerSecond: (flows * 1000) / ms,
      times,
      faults,
      cpu: { node: each('node'), postgres: each('postgres') },
      statements: costAFlow(statementsBefore, statements, flows),
      mails: each('mails'),
      afterwards,
      driver: (driver.user + driver.system) / 1000 / ms,
      sink: sink / ms,
    };
  } finally {
    await client.close();
  }
}

async function closedLoop(
  client: RecoveryClient,
  system: SystemUnderLoad,
  concurrency: number,
  forMs: number,
) {
  const times = Object.fromEntries(steps.map((step) => [step, [] as number[]])) as Record<Step, number[]>;
  const faults = new Faults();
  const begun = performance.now();
  const person = async () => {
    while (performance.now() - begun < forMs) {
      const address = system.nextAddress();
      try {
        note(times, await client.recover(address));
      } catch (fault) {
        faults.note(fault);
        // A system that refuses at once is not to be asked ten thousand times a second.
        await pause(50);
      }
    }
  };
  await Promise.all(Array.from({ length: concurrency }, person));
  return { times, faults, ms: performance.now() - begun };
}

function note(times: Record<Step, number[]>, flow: FlowTimes): void {
  for (const step of steps) times[step].push(flow[step]);
}
