import type { Rekey } from '../../flows/rekey.js';
import type { Client } from './client.js';
import type { IssuerGate } from './issuer-gate.js';
import type { FaultKind, PlannedFault } from './plan.js';
import type { Replica } from './replica.js';
import type { Senders } from './senders.js';
import type { Timeline } from './timeline.js';

export interface Stage {
  rekey: Rekey;
  senders: Senders;
  gate: IssuerGate;
  recovery: Replica;
  courier: Replica;
  timeline: Timeline;
  /** The queue's worker of the test's own Rekey. */
  ownWorker: string;
}

const minuteMs = 61_000;
/** Milliseconds after which a connection that hangs is ended. Longer than this, a person would have to wait for the deadlines. */
const hangsForMs = 400;
/** Milliseconds after which a job that was under way when PostgreSQL ended the connections is one whose end could not be written. */
const lostAfterMs = 2_500;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Brings the faults of a schedule about, and lets time pass where somebody waits for it. */
export class Director {
  private isOver = false;
  private running: Promise<void> = Promise.resolve();
  clients: readonly Client[] = [];

  constructor(private readonly stage: Stage) {}

  /** Looks after time until {@link end}. */
  begin(): void {
    const run = async () => {
      while (!this.isOver) {
        await this.look();
        await pause(100);
      }
    };
    this.running = run();
    // Who waits for the end gets it.
    this.running.catch(() => undefined);
  }

  /** @throws what went wrong meanwhile */
  async end(): Promise<void> {
    this.isOver = true;
    await this.running;
  }

  /** Faults that are to happen; the rest of them does not happen after the last client. */
  async bringAbout(faults: readonly PlannedFault[], clients: Promise<unknown>): Promise<void> {
    let areDone = false;
    const done = clients.finally(() => {
      areDone = true;
    });
    const asked = () => this.clients.reduce((sum, client) => sum + client.requests, 0);
    for (const { afterRequests, kind } of faults) {
      while (asked() < afterRequests && !areDone) await pause(10);
      if (!areDone) await this.happen(kind);
    }
    await done;
  }

  /** No more faults, and every process runs. */
  async mend(): Promise<void> {
    const { senders, gate, recovery, courier } = this.stage;
    senders.mend();
    gate.mend();
    await Promise.all([recovery.ready(), courier.ready()]);
  }

  /** Lets time pass for every process. @param ms milliseconds */
  async pass(ms: number): Promise<void> {
    const { rekey, recovery, courier } = this.stage;
    while (recovery.isStarting || courier.isStarting) await pause(20);
    rekey.clock.advance(ms);
    await Promise.all([recovery.follow(), courier.follow()]);
  }

  private async happen(kind: FaultKind): Promise<void> {
    const { rekey, senders, gate, recovery, courier, timeline } = this.stage;
    if (kind.startsWith('mail:') || kind.startsWith('sms:')) return senders.arm(kind);
    if (kind.startsWith('issuer:')) return gate.arm(kind);
    timeline.happened(kind);
    if (kind === 'recovery: killed') return recovery.killAndStart();
    if (kind === 'courier: killed') return courier.killAndStart();
    // Connections of the test itself have no name.
    await rekey.sql(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name <> ''`,
    );
  }

  private async look(): Promise<void> {
    const { rekey, senders, gate, courier, timeline, ownWorker } = this.stage;
    senders.release(hangsForMs);
    gate.release(hangsForMs);
    // The plan of the queue is in seconds of the machine: the queue loses the jobs that wait for a later attempt, and the sweep finds their rows.
    await rekey.sql(`delete from bullmq.job where state = 'delayed' and name = 'send_message'`);
    // A job that was under way stays locked for half a minute of the machine: it goes with the courier that was killed, or when its end could not be
    // written.
    await rekey.sql(
      `delete from bullmq.job where state = 'active' and lock_token not like $1 and processed_at_ms < $2`,
      [`${ownWorker}:%`, courier.since],
    );
    const ended = timeline.last('postgres: connections ended');
    const lost = await rekey.sql(
      `delete from bullmq.job where state = 'active' and processed_at_ms < $1 and processed_at_ms < $2 returning id`,
      [Date.now() - lostAfterMs, ended],
    );
    for (const _ of lost) timeline.happened('queue: job under way lost');
    const [row] = await rekey.sql(
      `select exists (select from messages m where state = 'queued' and due_at > $1
         and not exists (select from bullmq.job j where j.id = m.id::text)) as waiting`,
      [new Date(rekey.clock.now())],
    );
    if (!row.waiting && !this.clients.some(({ needsTime }) => needsTime)) return;
    await this.pass(minuteMs);
    for (const client of this.clients) client.needsTime = false;
  }
}
