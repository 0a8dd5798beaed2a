import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '@rekey/database';
import { until } from '../flows/rekey.js';
import { createDatabase, type TestDatabase } from '../runner/database.js';
import { administer } from '../runner/postgres.js';
import { type AppProcess, RunningClock, startApp } from './app-process.js';

/** The commands that set up a deployment, as `docker/compose.yaml` and an operator run them. Needs a build. */
describe('a deployment with database roles', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'rekey-roles-'));
  const names = [`roles_owner_${process.pid}`, `roles_app_${process.pid}`] as const;
  let postgres: TestDatabase;
  let ownerUrl: string;
  let url: string;
  beforeAll(async () => {
    postgres = await createDatabase({ migrated: false });
    [ownerUrl = '', url = ''] = names.map(
      (username) => Object.assign(new URL(postgres.url), { username, password: "it's:secret" }).href,
    );
  });
  afterAll(async () => {
    for (const one of started) await one.kill();
    await postgres.drop();
    const { href } = Object.assign(new URL(postgres.adminUrl), { pathname: '/postgres' });
    for (const name of names) await administer(href, `drop role ${name}`);
    rmSync(dataDir, { recursive: true });
  });

  const run = (command: 'roles-command' | 'migrate', environment: Record<string, string>) => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [`dist/apps/standalone/src/${command}.js`],
      {
        encoding: 'utf8',
        env: {
          PATH: process.env.PATH,
          NODE_ENV: 'production',
          ...environment,
        },
      },
    );
    return { status, said: stdout + stderr };
  };

  test('a missing setting of roles is named, without a password', () => {
    expect(run('roles-command', {})).toEqual({
      status: 78,
      said: ['DATABASE_URL', 'DATABASE_ADMIN_URL', 'DATABASE_OWNER_URL']
        .map((name) => `rekey roles: ${name}: not set, nor ${name}_FILE; allowed: a postgres:// URL`)
        .join('\n')
        .replace('URL\n', 'URL (only "npm start" has its own)\n')
        .concat('\n'),
    });
    const one = { DATABASE_ADMIN_URL: postgres.adminUrl, DATABASE_OWNER_URL: url, DATABASE_URL: url };
    const { status, said } = run('roles-command', one);
    expect([status, said]).toEqual([1, expect.stringContaining('two of them name the same role')]);
    expect(said).not.toContain('secret');
  });

  test('roles are created, the owner migrates, and the working role can run a process', async () => {
    const both = { DATABASE_OWNER_URL: ownerUrl, DATABASE_URL: url };
    for (let times = 0; times < 2; times++)
      expect(run('roles-command', { ...both, DATABASE_ADMIN_URL: postgres.adminUrl })).toEqual({
        status: 0,
        said: 'the database and its roles match DATABASE_OWNER_URL and DATABASE_URL\n',
      });

    expect(run('migrate', { DATABASE_URL: url })).toEqual({
      status: 1,
      said: expect.stringMatching(
        /^rekey migrate: DATABASE_URL: its role may not change the schema .* DATABASE_OWNER_URL\n$/,
      ),
    });
    const migrated = run('migrate', both);
    expect(migrated).toEqual({ status: 0, said: expect.stringMatching(/^migrated: Accounts1.*\n$/) });
    // Nothing is left to change, so the working role may ask.
    expect(run('migrate', { DATABASE_URL: url })).toEqual({ status: 0, said: 'the schema is up to date\n' });

    const one = await startConsole(url);
    await one.kill();
    expect(one.output()).not.toContain('more rights than it needs');
  });

  test('migrating refuses a superuser as the working role beside an owner', () => {
    const both = { DATABASE_OWNER_URL: ownerUrl, DATABASE_URL: postgres.adminUrl };
    expect(run('migrate', both)).toEqual({
      status: 1,
      said: expect.stringMatching(
        /^rekey migrate: DATABASE_URL: its role rekey is a superuser, owns its tables/,
      ),
    });
    expect(run('migrate', { DATABASE_OWNER_URL: 'postgres://a@127.0.0.1:1/a', DATABASE_URL: url })).toEqual({
      status: 1,
      said: 'rekey migrate: DATABASE_OWNER_URL: PostgreSQL does not respond there; start it, or correct the host and the port\n',
    });
  });

  test('one role for everything works, and the process warns', async () => {
    expect(run('migrate', { DATABASE_URL: postgres.adminUrl })).toEqual({
      status: 0,
      said: expect.stringMatching(
        /^the schema is up to date\n.*its role rekey is a superuser, .*see "Database roles"/,
      ),
    });
    const one = await startConsole(postgres.adminUrl);
    await one.kill();
    expect(one.output().match(/has more rights than it needs/g)).toHaveLength(1);
  });

  test('a process is not ready while it lacks a right, and is ready once it has it', async () => {
    const one = await startConsole(url);
    const ready = async () => (await fetch(`${one.url}/health/ready`)).status;
    const app = new URL(url).username;
    await administer(ownerUrl, `revoke insert on accounts from ${app}`);
    expect(await ready()).toBe(503);
    const lacks = `its role ${app} lacks insert on accounts`;
    await until('the log to say so', async () => one.output().includes(lacks) || undefined);
    await expect(openDatabase({ url, name: 'spec' })).rejects.toThrow('lacks insert on accounts');
    expect(run('migrate', { DATABASE_OWNER_URL: ownerUrl, DATABASE_URL: url }).status).toBe(0);
    expect(await ready()).toBe(200);
    await one.kill();
  });

  const started: AppProcess[] = [];
  async function startConsole(databaseUrl: string): Promise<AppProcess> {
    const console_ = await startApp(
      'console',
      { clock: new RunningClock(), settings: { databaseUrl, dataDir, urls: {} } },
      { environment: { LOG_LEVEL: 'warn' } },
    );
    started.push(console_);
    return console_;
  }
});
