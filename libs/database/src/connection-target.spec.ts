import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import pg from 'pg';
import { type Certificate, certificateFor } from '../../../test/flows/certificate.js';
import { startPostgres, type TestPostgres } from '../../../test/runner/postgres.js';
import { connectionTarget } from './connection-target.js';
import { type Database, openDatabase } from './index.js';
import { onConnection } from './listened-client.js';

test.each<[string, object[]]>([
  [
    'postgres://one',
    [
      { host: 'one', ssl: { rejectUnauthorized: false } },
      { host: 'one', ssl: false },
    ],
  ],
  ['postgres://one?sslmode=disable', [{ host: 'one', ssl: false }]],
  [
    'postgres://one?sslmode=allow',
    [
      { host: 'one', ssl: false },
      { host: 'one', ssl: { rejectUnauthorized: false } },
    ],
  ],
  ['postgres://one?sslmode=require', [{ host: 'one', ssl: { rejectUnauthorized: false } }]],
  ['postgres://one?sslmode=no-verify', [{ host: 'one', ssl: { rejectUnauthorized: false } }]],
  ['postgres://one?sslmode=verify-full', [{ host: 'one', ssl: {} }]],
  ['postgres://one?sslmode=require&sslrootcert=system', [{ host: 'one', ssl: {} }]],
  ['postgres:///x?host=/run', [{ host: '/run', ssl: false }]],
  ['postgres:///x?host=/run&sslmode=verify-full', [{ host: '/run', ssl: false }]],
  [
    'postgres://one,two:6?sslmode=disable',
    [
      { host: 'one', ssl: false },
      { host: 'two', port: 6, ssl: false },
    ],
  ],
  [
    'postgres://one?hostaddr=192.0.2.1&sslmode=verify-full',
    [{ host: '192.0.2.1', ssl: { servername: 'one' } }],
  ],
])('%s is tried in these ways', (text, ways) => {
  expect(connectionTarget(text).ways).toEqual(ways);
});

test('a file that cannot be read is named', async () => {
  const text = 'postgres://one?sslmode=verify-ca&sslrootcert=/nowhere.crt';
  expect(() => connectionTarget(text)).toThrow('sslrootcert: /nowhere.crt cannot be read (ENOENT)');
  await expect(openDatabase({ url: text, name: 'spec' })).rejects.toThrow('sslrootcert: /nowhere.crt');
});

describe('connecting as libpq does', () => {
  let plain: TestPostgres;
  let tls: TestPostgres;
  let certificate: Certificate | undefined;
  beforeAll(async () => {
    plain = await startPostgres({ migrated: false });
    certificate = certificateFor('localhost', { by: 'authority' });
    if (!certificate) return;
    const { certFile, keyFile, ca } = certificate;
    caFile = `${certFile}.authority`;
    writeFileSync(caFile, ca);
    for (const file of [dirname(certFile), certFile, keyFile]) execFileSync('chown', ['postgres', file]);
    const flags = ['-c', 'ssl=on', '-c', `ssl_cert_file=${certFile}`, '-c', `ssl_key_file=${keyFile}`];
    tls = await startPostgres({ migrated: false, flags });
  });
  afterAll(async () => {
    await plain.stop();
    await tls?.stop();
    certificate?.remove();
  });
  let caFile = '';

  const usesTls = (url: string): Promise<boolean> =>
    onConnection(url, async (client) => {
      const { rows } = await client.query('select ssl from pg_stat_ssl where pid = pg_backend_pid()');
      return rows[0].ssl;
    });
  const at = (server: TestPostgres, host: string, query: string) =>
    `${server.url.replace('127.0.0.1', host)}?${query.replace('CA', caFile)}`;

  const refused = /self-signed|unable to (verify|get)|does not match|altnames/i;
  test.each<[string, string, boolean | RegExp]>([
    ['localhost', 'sslmode=disable', false],
    ['localhost', 'sslmode=allow', false],
    ['localhost', 'sslmode=prefer', true],
    ['localhost', '', true],
    ['localhost', 'sslmode=require', true],
    ['localhost', 'ssl=true', true],
    ['localhost', 'sslmode=require&sslrootcert=CA', true],
    ['localhost', 'sslmode=verify-ca&sslrootcert=CA', true],
    ['127.0.0.1', 'sslmode=verify-ca&sslrootcert=CA', true],
    ['localhost', 'sslmode=verify-full&sslrootcert=CA', true],
    ['127.0.0.1', 'sslmode=verify-full&sslrootcert=CA', refused],
    ['localhost', 'sslmode=verify-ca', refused],
    ['localhost', 'sslmode=verify-full', refused],
    ['localhost', 'sslmode=require&sslrootcert=system', refused],
  ])('to a server with TLS at %s: %s', async (host, query, expected) => {
    if (!certificate) return;
    const outcome = usesTls(at(tls, host, query));
    if (expected instanceof RegExp) await expect(outcome).rejects.toThrow(expected);
    else expect(await outcome).toBe(expected);
  });

  test.each<[string, boolean]>([
    ['', true],
    ['sslmode=allow', true],
    ['sslmode=prefer', true],
    ['sslmode=disable', true],
    ['sslmode=require', false],
    ['sslmode=verify-full', false],
  ])('to a server without TLS: %s', async (query, works) => {
    const outcome = usesTls(at(plain, '127.0.0.1', query));
    if (works) expect(await outcome).toBe(false);
    else await expect(outcome).rejects.toThrow('does not support SSL');
  });

  test.each<[string, (dead: number, alive: string) => string]>([
    ['URL', (dead, alive) => `postgres://rekey_app@127.0.0.1:${dead},127.0.0.1:${alive}/rekey`],
    [
      'keyword string',
      (dead, alive) => `host=127.0.0.1,localhost port=${dead},${alive} user=rekey_app dbname=rekey`,
    ],
  ])('a %s with several hosts leads to the one that is there and can be written', async (_what, textOf) => {
    const { port } = new URL(plain.url);
    // A server that takes connections and says nothing would be waited for; one that is gone is passed over at once.
    const gone = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => gone.once('listening', resolve));
    const dead = (gone.address() as { port: number }).port;
    await new Promise((resolve) => gone.close(resolve));
    const url = textOf(dead, port);
    const database: Database = await openDatabase({ url, name: 'spec', anySchema: true });
    try {
      const { rows } = await database.pool.query('select current_user as who, current_database() as name');
      expect(rows).toEqual([{ who: 'rekey_app', name: 'rekey' }]);
    } finally {
      await database.close();
    }
    const standby = `${url}${url.includes('://') ? '?' : ' '}target_session_attrs=standby`;
    await expect(onConnection(standby, async () => undefined)).rejects.toMatchObject({
      code: expect.any(String),
    });
  });

  test('the settings that statements need are set, and others are left', async () => {
    const name = 'statement_timeout';
    const admin = new pg.Client({ connectionString: plain.adminUrl });
    await admin.connect();
    await admin.query(
      `alter role rekey_app set ${name} = '7min'; alter role rekey_app set datestyle = 'German'`,
    );
    await admin.end();
    const shown = await onConnection(plain.url, async (client) => {
      const { rows } = await client.query(
        `select '2026-01-02'::date::timestamptz as day, current_setting('${name}') as timeout`,
      );
      return { day: rows[0].day.toISOString(), timeout: rows[0].timeout };
    });
    expect(shown).toEqual({ day: '2026-01-02T00:00:00.000Z', timeout: '7min' });
  });
});
