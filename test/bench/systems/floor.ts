import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { freePort } from '../../runner/free-port.js';
import { fillDatabase } from './fill-database.js';
import { StartedProcess } from './started-process.js';
import { addressOf, dealAddresses, type RecoverySystem, type Surroundings } from './system-under-load.js';

const schema = `
  create table accounts (id bigint primary key, email text not null unique);
  create table recoveries (id uuid primary key, email text not null, state text not null default 'proving',
    tries integer not null default 0, expires_at timestamptz not null);
  create table messages (id bigint generated always as identity primary key, recovery_id uuid not null references recoveries,
    email text not null, is_notice boolean not null default false, sent_at timestamptz);
  create index messages_unsent on messages (id) where sent_at is null;
  create table families (id bigint generated always as identity primary key, account_id bigint not null references accounts,
    recovery_id uuid not null unique, refresh_digest bytea not null unique, expires_at timestamptz not null);
`;

/** The floor: an API that also issues tokens, and a worker. Two processes, because it does not separate recovery from issuer. */
export const startFloor = (around: Surroundings): Promise<RecoverySystem> => start('floor', around);

export const notifyingFloor = 'floor, 2 mails';
/** The same with a notification at the end of a recovery: as many mails as Rekey sends. */
export const startNotifyingFloor = (around: Surroundings): Promise<RecoverySystem> =>
  start(notifyingFloor, around);

async function start(system: string, around: Surroundings): Promise<RecoverySystem> {
  await fillDatabase(around.databaseUrl, () => prepare(around));
  const port = await freePort();
  const environment = {
    DATABASE_URL: around.databaseUrl,
    SMTP_URL: around.smtpUrl,
    PORT: String(port),
    SECRET: randomBytes(32).toString('base64url'),
    NOTIFIES: String(system === notifyingFloor),
  };
  const run = (name: string) =>
    StartedProcess.start({
      name: `${system}: ${name}`,
      script: `test/bench/floor/${name}.js`,
      environment,
      outputDir: around.outputDir,
      profileDir: around.profileDir,
    });
  const api = run('api');
  const worker = run('worker');
  const url = `http://127.0.0.1:${port}`;
  try {
    await api.answers(`${url}/health/ready`);
  } catch (fault) {
    await Promise.all([api.stop(), worker.stop()]);
    throw fault;
  }
  return {
    name: system,
    url,
    database: new URL(around.databaseUrl).pathname.slice(1),
    processes: [api, worker],
    nextAddress: dealAddresses(around.accounts),
  };
}

async function prepare({ databaseUrl, accounts }: Surroundings): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query(schema);
    await client.query(
      'insert into accounts select n, replace($2, $3, n::text) from generate_series(0, $1 - 1) n',
      [accounts, addressOf(0), '0'],
    );
  } finally {
    await client.end();
  }
}
