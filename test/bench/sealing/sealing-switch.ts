import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import type { StartedProcess } from '../systems/started-process.js';
import type { SystemUnderLoad } from '../systems/system-under-load.js';

/** Longer than a slow machine needs to seal what one slice leaves. */
const patienceMs = 120_000;
/** Until a process has taken a signal. */
const signalMs = 100;

/** Switches the sealing of a running courier off and on, and looks at what it has sealed. */
export class SealingSwitch {
  private isOn = true;

  private constructor(
    private readonly client: pg.Client,
    private readonly courier: StartedProcess,
  ) {}

  /** @param url of the database of the system, as the superuser */
  static async open(url: string, { processes }: SystemUnderLoad): Promise<SealingSwitch> {
    const courier = processes.find(({ name }) => name === 'courier');
    if (!courier) throw new Error('no courier runs');
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => undefined);
    await client.connect();
    return new SealingSwitch(client, courier);
  }

  /** What is being sealed is waited for. */
  async off(): Promise<void> {
    if (this.isOn) await this.toggle();
    await this.client.query('begin');
    await this.client.query('select from audit_sealing for update');
    await this.client.query('commit');
  }

  /** What was recorded meanwhile is sealed from now on. */
  async on(): Promise<void> {
    if (!this.isOn) await this.toggle();
  }

  private async toggle(): Promise<void> {
    this.courier.signal('SIGUSR2');
    this.isOn = !this.isOn;
    await pause(signalMs);
  }

  /** Waits until every event is sealed. @throws when that takes too long */
  async drained(withinMs = patienceMs): Promise<void> {
    for (const giveUpAt = performance.now() + withinMs; performance.now() < giveUpAt; await pause(50))
      if ((await this.unsealed()) === 0) return;
    throw new Error(`${await this.unsealed()} events are not sealed after ${withinMs / 1000} s`);
  }

  /** Events that wait to be sealed. */
  async unsealed(): Promise<number> {
    const { rows } = await this.client.query(
      `select count(*)::int as n from audit_events e, audit_sealing s where (e.recorded_in, e.id) > (s.recorded_in, s.event_id)`,
    );
    return rows[0].n;
  }

  /** Milliseconds that the oldest event has waited for; 0 for none. */
  async age(): Promise<number> {
    const { rows } = await this.client.query(
      `select coalesce(extract(epoch from clock_timestamp() - min(recorded_at)), 0)::float8 * 1000 as ms from (
         select e.recorded_at from audit_events e, audit_sealing s where (e.recorded_in, e.id) > (s.recorded_in, s.event_id)
         order by e.recorded_in, e.id limit 1) oldest`,
    );
    return rows[0].ms;
  }

  /** The heads that were signed since a size: what sealed how much, and when. */
  async headsSince(size: number): Promise<{ size: number; ms: number }[]> {
    const { rows } = await this.client.query(
      `select size::float8 as size, (extract(epoch from signed_at) * 1000)::float8 as ms from audit_checkpoints
       where size >= $1 order by size`,
      [size],
    );
    return rows;
  }

  /** Events that are sealed. */
  async size(): Promise<number> {
    const { rows } = await this.client.query('select count(*)::float8 as n from audit_leaves');
    return rows[0].n;
  }

  async run(statement: string, values: unknown[] = []): Promise<void> {
    await this.client.query(statement, values);
  }

  async close(): Promise<void> {
    await this.on();
    await this.client.end();
  }
}
