import { mkdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startPostgres } from '../postgres.js';
import type { Bench } from './load-slice.js';
import { MailArrivals } from './mail-arrivals.js';
import { PostgresMeter } from './measure/postgres-meter.js';
import type { Options } from './options.js';
import { startFloor } from './systems/floor.js';
import { startRekey } from './systems/rekey.js';
import type { SystemUnderLoad } from './systems/system-under-load.js';

/** Durable as a deployment is: what a flush to disk costs, both systems pay. */
const postgresFlags = [
  ...['fsync=on', 'synchronous_commit=on', 'max_connections=200'],
  ...['shared_preload_libraries=pg_stat_statements', 'pg_stat_statements.max=10000'],
].flatMap((setting) => ['-c', setting]);

const starters = { rekey: startRekey, floor: startFloor };

/** Everything that a run needs on its feet: one PostgreSQL with a database for each system, the mail sink, the systems. */
export class Stage {
  readonly systems: SystemUnderLoad[] = [];
  bench!: Bench;
  private readonly undo: (() => unknown)[] = [];

  async build(options: Options, tell: (line: string) => void): Promise<void> {
    const outputDir = await mkdtemp(join(tmpdir(), 'rekey-bench-'));
    this.undo.push(() => rm(outputDir, { recursive: true, force: true }));
    const profileDir = options.profile && resolve(options.profile);
    if (profileDir) mkdirSync(profileDir, { recursive: true });
    const track = options.statements ? 'all' : 'top';
    const flags = [...postgresFlags, '-c', `pg_stat_statements.track=${track}`];
    const server = await startPostgres({ migrated: false, flags });
    this.undo.push(() => server.stop());
    const postgres = await PostgresMeter.open(server.url);
    this.undo.push(() => postgres.close());
    const arrivals = await MailArrivals.open();
    this.undo.push(() => arrivals.close());
    this.bench = { arrivals, postgres };

    const { accounts, only } = options;
    for (const name of ['rekey', 'floor'] as const) {
      if (only && only !== name) continue;
      tell(`${name}: loading ${accounts} accounts, starting`);
      const database = `bench_${name}`;
      await postgres.administer(`create database ${database}`);
      const databaseUrl = Object.assign(new URL(server.url), { pathname: database }).href;
      const { smtpUrl } = arrivals;
      const system = await starters[name]({ databaseUrl, smtpUrl, outputDir, accounts, profileDir });
      this.undo.push(() => Promise.all(system.processes.map((process) => process.stop())));
      this.systems.push(system);
    }
  }

  /** Takes everything down, last first, however far the building came; safe to call twice. */
  async clear(): Promise<void> {
    for (let step = this.undo.pop(); step; step = this.undo.pop()) await step();
  }
}
