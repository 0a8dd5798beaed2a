import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import type { Bench } from '../contests/contest.js';
import { readStat } from '../measure/proc.js';
import type { SystemUnderLoad } from '../systems/system-under-load.js';
import type { SealingSwitch } from './sealing-switch.js';

/** How fast a courier seals. */
export interface SealingSpeed {
  /** Events per second while it seals a backlog, as far as its heads tell: without the wait for its next turn. One for each backlog. */
  backlog: number[];
  /** CPU milliseconds of an event, in Node.js and PostgreSQL, while it does that. One for each backlog. */
  cpu: number[];
  /** Events of each backlog. */
  backlogSize: number;
  /** What it does while others write. */
  stream: SealingStream;
}

export interface SealingStream {
  /** Events per second that were wanted, and those that the writers came to. */
  wanted: number;
  written: number;
  /** Milliseconds that the oldest event waited for, read again and again, in the order of time. */
  ages: number[];
  /** Milliseconds from the last write until all was sealed. */
  afterwards: number;
}

export const wantedPerSecond = 2_000;
const backlogSize = 20_000;
const backlogs = 3;
/** Events of one account in a row, as a recovery has them. */
const eventsOfAPerson = 6;
/** A statement of a writer: about what a recovery records in one transaction. */
const eventsAtOnce = 2;
const writers = 16;

/** Events like those of recoveries: six about each account, with a recovery, a request and a source. */
const insert = `insert into audit_events (request_id, source, id, at, event, actor, account_id, recovery_id, detail)
  select gen_random_uuid()::text, 's1.' || left(md5(n::text), 22), gen_random_uuid(), now(),
    (array['recovery_started', 'recovery_message_sent', 'recovery_proven', 'recovery_completed', 'authn_token_created', 'authn_token_revoked'])[1 + n % 6],
    'person', 'sealed-' || (n / ${eventsOfAPerson}), md5((n / ${eventsOfAPerson})::text)::uuid,
    jsonb_build_object('kind', 'email', 'session', gen_random_uuid(), 'client', 'default', 'n', n)
  from generate_series($1::int, $2::int) n`;

/**
 * Measures how fast a courier seals: first what waits for it while nothing else happens, then while others write 2,000 events a second.
 *
 * @param url of the database, as the superuser
 */
export async function sealingSpeed(
  { url, bench, system: { processes } }: { url: string; bench: Bench; system: SystemUnderLoad },
  { sealing, seconds }: { sealing: SealingSwitch; seconds: number },
): Promise<SealingSpeed> {
  let next = 0;
  const take = (count: number): [number, number] => {
    next += count;
    return [next - count, next - 1];
  };
  const cpuNow = () =>
    processes.reduce((sum, { pid }) => sum + (readStat(pid)?.own ?? 0), 0) + bench.postgres.cpu();
  await sealing.drained();
  const backlog: number[] = [];
  const cpu: number[] = [];
  for (let n = 0; n < backlogs; n++) {
    await sealing.off();
    await sealing.run(insert, take(backlogSize));
    const from = await sealing.size();
    const before = cpuNow();
    await sealing.on();
    await sealing.drained();
    cpu.push((cpuNow() - before) / backlogSize);
    backlog.push(perSecond(await sealing.headsSince(from + 1)));
  }
  const stream = await writeAndSeal(url, sealing, { seconds, take });
  for (const started of processes) started.assertAlive();
  return { backlog, cpu, backlogSize, stream };
}

/** From the first head of a backlog to its last. */
function perSecond(heads: { size: number; ms: number }[]): number {
  const [first, last] = [heads[0], heads.at(-1)];
  return first && last && last.ms > first.ms
    ? ((last.size - first.size) * 1000) / (last.ms - first.ms)
    : Number.NaN;
}

/** An open loop: each writer has its times, and does not wait longer because the one before was late. */
async function writeAndSeal(
  url: string,
  sealing: SealingSwitch,
  { seconds, take }: { seconds: number; take: (count: number) => [number, number] },
): Promise<SealingStream> {
  const pool = new pg.Pool({ connectionString: url, max: writers });
  const total = wantedPerSecond * seconds;
  const ages: number[] = [];
  let written = 0;
  const begun = performance.now();
  const write = async () => {
    while (written < total) {
      const dueAt = begun + (written * 1000) / wantedPerSecond;
      written += eventsAtOnce;
      await pause(Math.max(0, dueAt - performance.now()));
      await pool.query(insert, take(eventsAtOnce));
    }
  };
  try {
    let isWriting = true;
    const watch = async () => {
      for (; isWriting; await pause(200)) ages.push(await sealing.age());
    };
    const watching = watch();
    await Promise.all(Array.from({ length: writers }, write));
    const ended = performance.now();
    isWriting = false;
    await watching;
    await sealing.drained();
    return {
      wanted: wantedPerSecond,
      written: (total * 1000) / (ended - begun),
      ages,
      afterwards: performance.now() - ended,
    };
  } finally {
    await pool.end();
  }
}
