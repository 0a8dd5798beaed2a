import { mkdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startPostgres } from '../runner/postgres.js';
import type { Bench } from './contests/contest.js';
import { MailArrivals } from './mail-arrivals.js';
import { PostgresMeter } from './measure/postgres-meter.js';
import type { Options } from './options.js';
import type { Starters, SystemUnderLoad } from './systems/system-under-load.js';

/** As durable as a deployment: both systems pay for a flush to disk. */
const postgresFlags = [
  ...['fsync=on', 'synchronous_commit=on', 'max_connections=200'],
  ...['shared_preload_libraries=pg_stat_statements', 'pg_stat_statements.max=10000'],
].flatMap((setting) => ['-c', setting]);

/** The environment of a run: one PostgreSQL with a database for each system, the mail sink, the systems. */
export class Stage {
  bench!: Bench;
  private postgresUrl = '';
  private outputDir = '';
  private readonly undo: (() => unknown)[] = [];

  async build(options: Options): Promise<void> {
    this.outputDir = await mkdtemp(join(tmpdir(), 'rekey-bench-'));
    this.undo.push(() => rm(this.outputDir, { recursive: true, force: true }));
    const watching = options.statements
      ? ['-c', 'pg_stat_statements.track=all', '-c', 'pg_stat_statements.track_planning=on']
      : [];
    const flags = [...postgresFlags, ...watching];
    const server = await startPostgres({ migrated: false, flags });
    this.undo.push(() => server.stop());
    this.postgresUrl = server.adminUrl;
    const postgres = await PostgresMeter.open(server.adminUrl);
    this.undo.push(() => postgres.close());
    const arrivals = await MailArrivals.open();
    this.undo.push(() => arrivals.close());
    this.bench = { arrivals, postgres };
  }

  /** Starts the systems for some contests, on databases of their own; all are gone when `work` is done. */
  async with<System extends SystemUnderLoad, T>(
    starters: Starters<System>,
    { accounts, only, profile }: Pick<Options, 'accounts' | 'only' | 'profile'>,
    tell: (line: string) => void,
    work: (systems: System[]) => Promise<T>,
  ): Promise<T> {
    const { postgres, arrivals } = this.bench;
    const profileDir = profile && resolve(profile);
    if (profileDir) mkdirSync(profileDir, { recursive: true });
    const before = this.undo.length;
    const systems: System[] = [];
    for (const [name, start] of Object.entries(starters)) {
      if (only && !name.startsWith(only)) continue;
      tell(`${name}: loading ${accounts} accounts, starting`);
      const database = `bench_${name.replaceAll(/\W+/g, '_')}`;
      await postgres.administer(`create database ${database}`);
      this.undo.push(() => postgres.administer(`drop database ${database} with (force)`));
      const system = await start({
        databaseUrl: this.urlOf(database),
        smtpUrl: arrivals.smtpUrl,
        outputDir: this.outputDir,
        accounts,
        profileDir,
      });
      this.undo.push(() => Promise.all(system.processes.map((process) => process.stop())));
      systems.push(system);
    }
    const result = await work(systems);
    await this.clear(before);
    return result;
  }

  /** The URL of a database as the superuser. */
  urlOf(database: string): string {
    return Object.assign(new URL(this.postgresUrl), { pathname: database }).href;
  }

  /** Stops everything in reverse order, also after a failed start; safe to call twice. */
  async clear(downTo = 0): Promise<void> {
    while (this.undo.length > downTo) await this.undo.pop()?.();
  }
}
