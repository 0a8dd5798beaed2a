import type { DataSource } from 'typeorm';
import { onConnection } from './listened-client.js';
import { migrations } from './migrations/index.js';
import { ownerDataSource } from './owner-data-source.js';
import { migrationSettings } from './session-settings.js';

/** One number for the whole fleet: the migrating process holds this advisory lock, and the others wait. */
export const migrationLock = 7_235_001;

/**
 * Brings the schema up to date, each migration in a transaction of its own; safe to call from several processes at once.
 *
 * @returns the names of the migrations that ran now
 */
export async function migrate(options: { url: string }): Promise<string[]> {
  return onConnection(options.url, async (lock) => {
    // Of a transaction, not of the session: a pooler may give the next statement another session.
    await lock.query('begin isolation level read committed');
    await lock.query(migrationSettings);
    await lock.query('set local lock_timeout = 0');
    await lock.query('select pg_advisory_xact_lock($1)', [migrationLock]);
    const dataSource = ownerDataSource(options);
    await dataSource.initialize();
    try {
      // If nothing is pending, the application role can start as well.
      if ((await pendingMigrations(dataSource)).length === 0) return [];
      return (await dataSource.runMigrations()).map(({ name }) => name);
    } finally {
      await dataSource.destroy();
      await lock.query('commit');
    }
  });
}

/** The migrations of this release, in order. */
export const migrationNames: readonly string[] = migrations.map(({ name }) => name);

/** @returns the migrations of this release that the database lacks; a process refuses to serve while there are any */
export async function pendingMigrations(dataSource: DataSource): Promise<string[]> {
  const table: { exists: boolean }[] = await dataSource.query(
    `select to_regclass('public.schema_migrations') is not null as exists`,
  );
  if (!table[0]?.exists) return [...migrationNames];
  const done: { name: string }[] = await dataSource.query('select name from public.schema_migrations');
  return migrationNames.filter((name) => !done.some((row) => row.name === name));
}

/**
 * Why processes of the release before cannot serve on the schema that these migrations have made, one reason a migration. While new
 * processes replace old ones, both serve; after such a migration the old ones fail until they are replaced. A database that was empty has
 * had no release before.
 */
export function whyReleaseBeforeStops(done: readonly string[]): string[] {
  const isNew = migrations[0] !== undefined && done.includes(migrations[0].name);
  const told = isNew ? [] : migrations.filter(({ name }) => done.includes(name));
  return told.flatMap(({ name, stopsReleaseBefore: why }) => (why ? [`${name}: ${why}`] : []));
}
