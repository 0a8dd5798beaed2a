import pg from 'pg';
import { owner, type RoleUrls, rolesOf, template } from './template.js';

/** The URL of the superuser on the server that the whole run shares, without the name of a database. */
export const serverVariable = 'REKEY_TEST_POSTGRES';

export interface TestDatabase extends RoleUrls {
  /** @throws when something is still connected: a test closes what it opens */
  drop(): Promise<void>;
}

let created = 0;
let administrator: pg.Pool | undefined;
let copies: Promise<string> | undefined;

/**
 * Creates a database for the caller alone on the server of the run, within 0.1 s. Other specs share what is per server and not
 * per database: `pg_stat_activity`, roles, settings.
 *
 * @param options.migrated `false`: without our tables
 */
export async function createDatabase(options: { migrated?: boolean } = {}): Promise<TestDatabase> {
  const server = process.env[serverVariable];
  if (!server) throw new Error('only a run of Jest has a PostgreSQL to share; use startPostgres');
  const name = `spec_${process.env.JEST_WORKER_ID ?? 1}_${process.pid}_${created++}`;
  const from = options.migrated === false ? 'template1' : template;
  // One connection for the life of the worker, which may end while it is open.
  administrator ??= new pg.Pool({ connectionString: `${server}postgres`, max: 1, allowExitOnIdle: true }).on(
    'error',
    () => undefined,
  );
  const admin = administrator;
  // Copying files takes a fifth of the time of writing them to the write-ahead log; PostgreSQL 14 always copies.
  copies ??= admin
    .query('show server_version_num')
    .then(({ rows }) => (Number(rows[0].server_version_num) < 150_000 ? '' : 'strategy file_copy'));
  await admin.query(`create database ${name} owner ${owner} template ${from} ${await copies}`);
  return {
    ...rolesOf(`${server}${name}`),
    drop: async () => void (await admin.query(`drop database ${name}`)),
  };
}
