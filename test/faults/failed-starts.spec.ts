import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Database, openDatabase } from '@rekey/database';
import type { Running } from '@rekey/http';
import { startWorkers } from '@rekey/queue';
import { loadSettings, type Settings } from '@rekey/settings';
import { runConsole } from '../../apps/console/src/app.js';
import { runCourier } from '../../apps/courier/src/app.js';
import { runIssuer } from '../../apps/issuer/src/app.js';
import { runRecovery } from '../../apps/recovery/src/app.js';
import { runStandalone } from '../../apps/standalone/src/app.js';
import { createDatabase, type TestDatabase } from '../runner/database.js';
import { freePort } from '../runner/free-port.js';
import { administer } from '../runner/postgres.js';

type Name = 'recovery' | 'issuer' | 'console' | 'courier' | 'standalone';

const apps: Record<Name, (settings: Settings) => Promise<Running>> = {
  recovery: runRecovery,
  issuer: runIssuer,
  console: runConsole,
  courier: (settings) => runCourier(settings, { port: settings.ports.courier }),
  standalone: runStandalone,
};
const names = Object.keys(apps) as Name[];
const each = (...of: Name[]) => names.filter((name) => of.includes(name));

/** Everything that keeps this process alive: sockets, servers, timers, children. */
const handles = (): string[] =>
  process
    .getActiveResourcesInfo()
    .filter((kind) => /^(TCP|TLS|Pipe|Process|Timeout|Immediate)/.test(kind))
    .sort();

const moment = () => new Promise((resolve) => setTimeout(resolve, 50));

/** The same, after closing handles are gone. */
async function settledHandles(): Promise<string[]> {
  for (let last = handles(), same = 0; ; ) {
    await moment();
    same = String(handles()) === String(last) ? same + 1 : 0;
    last = handles();
    if (same === 3) return last;
  }
}

/** What there is more than before. A timer that was there before may run out meanwhile. */
function more(before: string[]): string[] {
  const left = [...before];
  return handles().filter((kind) => {
    const at = left.indexOf(kind);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

/** Waits less than the 10 s after which a pool that was not closed drops idle connections. */
async function expectOnly(before: string[]): Promise<void> {
  for (let look = 0; look < 60 && more(before).length > 0; look++) await moment();
  expect(more(before)).toEqual([]);
}

/** A failed start leaves no connection, no port, and nothing that keeps the process alive. */
describe('a start that fails', () => {
  let database: TestDatabase;
  let folder: string;
  let ports: Record<string, string>;
  beforeEach(async () => {
    database = await createDatabase();
    folder = await mkdtemp(join(tmpdir(), 'rekey-failed-'));
    ports = {};
    for (const app of ['RECOVERY', 'ISSUER', 'CONSOLE', 'COURIER', 'MAILBOX'])
      ports[`${app}_PORT`] = String(await freePort());
  });
  afterEach(async () => {
    // PostgreSQL refuses this while anything is connected.
    await database.drop();
    await rm(folder, { recursive: true });
  });

  const settingsOf = (name: Name, environment: Record<string, string> = {}) =>
    loadSettings(
      {
        DATABASE_URL: database.url,
        DATABASE_OWNER_URL: database.ownerUrl,
        REKEY_DATA_DIR: folder,
        LOG_LEVEL: 'silent',
        SMTP_URL: 'smtp://127.0.0.1:9',
        ...ports,
        ...environment,
      },
      name,
    );

  const listen = (port: number | string) =>
    new Promise<Server>((resolve, reject) => {
      const server = createServer();
      server.once('error', reject);
      server.listen(Number(port), 'localhost', () => resolve(server));
    });
  const free = (server: Server) => new Promise((resolve) => server.close(resolve));

  /** Starts, and compares before and after. @returns what the start threw */
  async function failing(name: Name, environment: Record<string, string> = {}): Promise<Error> {
    const settings = settingsOf(name, environment);
    const before = await settledHandles();
    const fault = await apps[name](settings).then(
      async (running) => {
        await running.close();
        throw new Error(`${name} has started`);
      },
      (thrown: Error) => thrown,
    );
    await expectOnly(before);
    return fault;
  }

  test.each(names)('%s: a start that succeeds leaves as little at its end', async (name) => {
    const settings = settingsOf(name);
    const before = await settledHandles();
    const running = await apps[name](settings);
    expect(handles()).not.toEqual(before);
    await running.close();
    await expectOnly(before);
    for (const port of Object.values(ports)) await free(await listen(port));
  });

  test.each(names)('%s: no database responds', async (name) => {
    const nowhere = `postgres://rekey:x@127.0.0.1:${await freePort()}/rekey`;
    expect(await failing(name, { DATABASE_URL: nowhere, DATABASE_OWNER_URL: nowhere })).toMatchObject({
      code: 'ECONNREFUSED',
    });
  });

  test.each(each('recovery', 'issuer', 'console', 'courier'))(
    '%s: the database lacks a migration, and refuses a role',
    async (name) => {
      const bare = await createDatabase({ migrated: false });
      expect((await failing(name, { DATABASE_URL: bare.url })).message).toContain('npm run migrate');
      await bare.drop();
      const stranger = Object.assign(new URL(database.url), { username: 'stranger' }).href;
      expect(await failing(name, { DATABASE_URL: stranger })).toMatchObject({ code: '28000' });
    },
  );

  test.each(each('recovery', 'courier', 'standalone'))(
    '%s: the queue in PostgreSQL refuses the connection',
    async (name) => {
      await administer(
        database.adminUrl,
        `alter table bullmq.migration add column if not exists min_client_version int;
       update bullmq.migration set min_client_version = 999`,
      );
      expect((await failing(name)).message).toContain('999');
    },
  );

  test('recovery, courier, standalone, and workers alone: no Redis responds', async () => {
    const redisUrl = `redis://127.0.0.1:${await freePort()}`;
    const settings = each('recovery', 'courier').map(
      (name) => [name, settingsOf(name, { REDIS_URL: redisUrl })] as const,
    );
    const all = settingsOf('standalone', {
      REDIS_URL: redisUrl,
      RECOVERY_PORT: String(await freePort()),
      COURIER_PORT: String(await freePort()),
    });
    const before = await settledHandles();
    const handlers = { send_message: async () => undefined, send_notices: async () => undefined };
    const starts = [
      ...settings.map(([name, of]) => apps[name](of)),
      runStandalone(all),
      startWorkers({ database: {} as never as Database, redisUrl }, handlers, {
        concurrency: 1,
        log: () => undefined,
      }),
    ];
    for (const start of await Promise.allSettled(starts))
      expect(start).toMatchObject({
        status: 'rejected',
        reason: { message: expect.stringContaining('no Redis is ready there after 10 s') },
      });
    await expectOnly(before);
  });

  test.each(each('recovery', 'issuer', 'standalone'))(
    '%s: the keyring cannot decrypt the keys',
    async (name) => {
      const good = await runIssuer(settingsOf('issuer'));
      await good.close();
      await administer(database.adminUrl, `update signing_keys set private_sealed = '\\x00'`);
      expect((await failing(name)).constructor.name).toBe('SealFault');
    },
  );

  test.each(names)('%s: its port is in use', async (name) => {
    const variable = name === 'standalone' ? 'RECOVERY_PORT' : `${name.toUpperCase()}_PORT`;
    const taken = await listen(ports[variable] ?? '');
    const { port } = taken.address() as AddressInfo;
    expect(await failing(name)).toMatchObject({ code: 'EADDRINUSE', port });
    await free(taken);
    for (const other of Object.values(ports)) await free(await listen(other));
  });

  test.each(each('recovery', 'issuer', 'console', 'courier', 'standalone'))(
    '%s: a file that a setting names is invalid',
    async (name) => {
      const file = join(folder, 'wrong.json');
      await writeFile(file, '{"aal2": 1, "countries": 1}');
      const variable = name === 'courier' ? 'SMS_POLICY_FILE' : 'RECOVERY_POLICY_FILE';
      expect((await failing(name, { [variable]: file })).constructor.name).toBe('SettingsError');
    },
  );

  test('a database that refuses a role leaves no open connection of the pool', async () => {
    const bare = await createDatabase({ migrated: false });
    await expect(openDatabase({ url: bare.url, name: 'spec' })).rejects.toThrow('npm run migrate');
    await bare.drop();
  });
});
