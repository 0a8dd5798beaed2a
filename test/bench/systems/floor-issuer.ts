import { createPrivateKey, generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import pg from 'pg';
import { freePort } from '../../runner/free-port.js';
import { sha256, signAccess } from '../floor/tokens.js';
import { fillDatabase } from './fill-database.js';
import { StartedProcess } from './started-process.js';
import {
  accessSeconds,
  accountIdOf,
  type IssuerSystem,
  type Surroundings,
  sessionsOf,
} from './system-under-load.js';

const schema = `
  create table clients (id text primary key, secret_digest bytea not null);
  create table accounts (id text primary key, is_active boolean not null default true);
  create table families (id uuid primary key, account_id text not null references accounts, client_id text not null references clients,
    digest bytea not null, idle_expires_at timestamptz not null, expires_at timestamptz not null, ended_at timestamptz)
`;
const insert = `insert into families select s.id, s.account_id, $1, s.digest, now() + interval '30 days', now() + interval '90 days'
  from unnest($2::uuid[], $3::text[], $4::bytea[]) s (id, account_id, digest)`;

/** The floor of the issuer: one process. Its sessions are inserted as its own sign-in would write them. */
export async function startFloorIssuer(around: Surroundings): Promise<IssuerSystem> {
  const { databaseUrl, outputDir, profileDir } = around;
  const client = { id: 'bench', secret: randomBytes(32).toString('base64url') };
  const key = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  }).privateKey;
  const signing = createPrivateKey(key);
  const rows = Array.from({ length: sessionsOf(around) }, (_, account) => ({
    sid: randomUUID(),
    accountId: accountIdOf(account),
    secret: randomBytes(32).toString('base64url'),
  }));
  await fillDatabase(databaseUrl, () => prepare(around, client, rows));
  const port = await freePort();
  const started = StartedProcess.start({
    name: 'floor-issuer',
    script: 'test/bench/floor/issuer.js',
    environment: { DATABASE_URL: databaseUrl, PORT: String(port), SIGNING_KEY: key },
    outputDir,
    profileDir,
  });
  const url = `http://127.0.0.1:${port}`;
  try {
    await started.answers(url);
  } catch (fault) {
    await started.stop();
    throw fault;
  }
  return {
    name: 'floor',
    url,
    database: new URL(databaseUrl).pathname.slice(1),
    processes: [started],
    client,
    sessions: rows.map(({ sid, accountId, secret }) => ({
      accountId,
      accessToken: signAccess(
        signing,
        { sub: accountId, client_id: client.id, scope: 'account', sid },
        accessSeconds,
      ),
      refreshToken: `${sid}.${secret}`,
    })),
  };
}

async function prepare(
  { databaseUrl, accounts }: Surroundings,
  client: IssuerSystem['client'],
  rows: { sid: string; accountId: string; secret: string }[],
): Promise<void> {
  const connection = new pg.Client({ connectionString: databaseUrl });
  await connection.connect();
  try {
    await connection.query(schema);
    await connection.query('insert into clients values ($1, $2)', [client.id, sha256(client.secret)]);
    const ids = Array.from({ length: accounts }, (_, account) => accountIdOf(account));
    await connection.query('insert into accounts select unnest($1::text[])', [ids]);
    await connection.query(insert, [
      client.id,
      rows.map(({ sid }) => sid),
      rows.map(({ accountId }) => accountId),
      rows.map(({ secret }) => sha256(secret)),
    ]);
  } finally {
    await connection.end();
  }
}
