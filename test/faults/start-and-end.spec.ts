import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../flows/rekey.js';
import { freePorts, type Started, startReal } from './started-rekey.js';

/** The start and the end of the real process, and what a person reads when a start cannot be. Needs `npm run build`. */
describe('npm start', () => {
  let base: string;
  let dataDir: string;
  const running: Started[] = [];
  const start = (...args: Parameters<typeof startReal>) => {
    const started = startReal(...args);
    running.push(started);
    return started;
  };
  // PostgreSQL runs as another user when root starts it, and has to reach its folder.
  beforeAll(() => {
    base = mkdtempSync(join(tmpdir(), 'rekey-start-'));
    dataDir = join(base, 'data');
    execFileSync('chmod', ['755', base]);
  });
  afterAll(async () => {
    for (const { child } of running) child.kill('SIGKILL');
    await until('the database to follow', async () => (postgresOf(base) === '' ? true : undefined));
    rmSync(base, { recursive: true, force: true });
  });

  const postgresOf = (directory: string): string =>
    execFileSync('sh', ['-c', `ps -eo pid,args | grep -F -- "-D ${directory}" | grep -v grep || true`], {
      encoding: 'utf8',
    });
  const lastLine = (started: Started) => started.output().trim().split('\n').at(-1);

  test('starts, refuses a second start on the same data, ends on SIGINT leaving nothing, keeps its data, survives kill -9', async () => {
    const ports = await freePorts();
    const first = start(dataDir, ports);
    expect([await first.settled, first.output()]).toEqual([
      'running',
      expect.stringContaining(`http://localhost:${ports.recovery}/recover`),
    ]);
    const started = await fetch(`http://localhost:${ports.recovery}/v1/recoveries`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"identifier":"ada"}',
    });
    const { id, token } = (await started.json()) as { id: string; token: string };
    const look = async () => {
      const answer = await fetch(`http://localhost:${ports.recovery}/v1/recoveries/${id}`, {
        headers: { authorization: `Bearer ${token}` },
      });
      return ((await answer.json()) as { state: string }).state;
    };

    const second = start(dataDir, await freePorts());
    expect(await second.settled).toBe(1);
    expect(lastLine(second)).toMatch(/^rekey standalone: another start is using .*REKEY_DATA_DIR$/);

    // As Ctrl-C does it: to everything in the group at once.
    process.kill(-(first.child.pid ?? 0), 'SIGINT');
    expect(await first.exited).toBe(0);
    expect(postgresOf(dataDir)).toBe('');

    const again = start(dataDir, ports);
    const from = Date.now();
    expect(await again.settled).toBe('running');
    expect(Date.now() - from).toBeLessThan(15_000);
    expect(await look()).toBe('proving');

    again.child.kill('SIGKILL');
    await again.exited;
    await until('the database to follow', async () => (postgresOf(dataDir) === '' ? true : undefined));
    const third = start(dataDir, ports);
    expect(await third.settled).toBe('running');
    expect(await look()).toBe('proving');
    third.child.kill('SIGTERM');
    expect(await third.exited).toBe(0);
    expect(postgresOf(dataDir)).toBe('');
  }, 60_000);

  test('npm run migrate brings the embedded database up to date, whether or not it runs, and leaves nothing', async () => {
    const directory = join(base, 'migrated');
    const migrate = () =>
      execFileSync(process.execPath, ['dist/apps/standalone/src/migrate.js'], {
        encoding: 'utf8',
        env: { PATH: process.env.PATH, REKEY_DATA_DIR: directory },
      });
    const embedded = `the embedded database in ${directory}: `;
    expect(migrate()).toMatch(new RegExp(`^${embedded}migrated: Accounts1.*\\n$`));
    expect(postgresOf(directory)).toBe('');
    expect(migrate()).toBe(`${embedded}the schema is up to date\n`);
    expect(postgresOf(directory)).toBe('');

    const started = start(directory, await freePorts());
    expect(await started.settled).toBe('running');
    expect(migrate()).toBe(`${embedded}the schema is up to date\n`);
    expect(await fetch(`http://localhost:${started.ports.recovery}/health/ready`)).toMatchObject({
      ok: true,
    });
    started.child.kill('SIGTERM');
    expect(await started.exited).toBe(0);
    expect(postgresOf(directory)).toBe('');
  }, 60_000);

  test('a port that is taken is named, with the variable that changes it', async () => {
    const ports = await freePorts();
    const taken: Server = createServer();
    await new Promise<void>((resolve) => taken.listen(ports.issuer, '127.0.0.1', resolve));
    const started = start(join(base, 'taken'), ports);
    expect(await started.settled).toBe(1);
    expect(lastLine(started)).toBe(
      `rekey standalone: port ${ports.issuer} is already taken; stop what uses it, or choose another with ISSUER_PORT`,
    );
    expect(postgresOf(join(base, 'taken'))).toBe('');
    taken.close();
  }, 30_000);

  test('a database that does not answer, a disk that is full, one that cannot be written: each says what to do', async () => {
    const away = start(join(base, 'away'), await freePorts(), {
      DATABASE_URL: 'postgres://rekey:x@127.0.0.1:1/rekey',
    });
    expect(await away.settled).toBe(1);
    expect(lastLine(away)).toBe(
      'rekey standalone: DATABASE_URL: nothing answers there; start PostgreSQL or correct the host and the port',
    );

    const mounted = async (name: string, options: string, look: (directory: string) => Promise<void>) => {
      const directory = join(base, name);
      try {
        execFileSync(
          'sh',
          ['-c', `mkdir -p ${directory} && mount -t tmpfs -o ${options} tmpfs ${directory}`],
          { stdio: 'pipe' },
        );
      } catch {
        process.stdout.write(`a disk that is ${name} is not tried: this user may not mount one\n`);
        return;
      }
      try {
        await look(directory);
      } finally {
        execFileSync('umount', ['-l', directory]);
      }
    };
    await mounted('full', 'size=4m,mode=755', async (directory) => {
      const started = start(directory, await freePorts());
      expect(await started.settled).toBe(1);
      expect(lastLine(started)).toMatch(
        /^rekey standalone: the disk of .* is full; free some space, or choose another place with REKEY_DATA_DIR$/,
      );
    });
    await mounted('read-only', 'ro,mode=755', async (directory) => {
      const started = start(directory, await freePorts());
      expect(await started.settled).toBe(78);
      expect(started.output().trim().split('\n')).toEqual([
        expect.stringMatching(
          /^rekey standalone: REKEY_DATA_DIR: .* cannot be written; choose another directory/,
        ),
      ]);
    });
  }, 60_000);

  test('a Redis that does not answer says what to do, once and without its password, and leaves nothing', async () => {
    const directory = join(base, 'no-redis');
    const started = start(directory, await freePorts(), { REDIS_URL: 'redis://:hush@127.0.0.1:1' });
    expect(await started.settled).toBe(1);
    expect(started.output()).toBe(
      'rekey standalone: REDIS_URL: no Redis is ready there after 10 s (ECONNREFUSED); start it or correct the host and the port\n',
    );
    expect(postgresOf(directory)).toBe('');
  }, 60_000);

  test('SIGINT and SIGTERM end a start that waits for an answer, and leave nothing', async () => {
    const connections = new Set<Socket>();
    const silent = createServer((socket) => {
      connections.add(socket);
      socket.on('error', () => undefined);
    });
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    const cases: [NodeJS.Signals, number, Record<string, string>][] = [
      ['SIGTERM', 1, { DATABASE_URL: `postgres://rekey:x@127.0.0.1:${port}/rekey` }],
      // The issuer's limits do not wait for Redis; the courier's queue does.
      ['SIGINT', 2, { REDIS_URL: `redis://127.0.0.1:${port}` }],
    ];
    for (const [signal, awaited, environment] of cases) {
      connections.clear();
      const directory = join(base, `silent-${signal}`);
      const started = start(directory, await freePorts(), environment);
      const waits = async () => connections.size >= awaited || undefined;
      await until('the start to wait', waits, 30_000);
      if (environment.REDIS_URL) expect(postgresOf(directory)).not.toBe('');
      const from = Date.now();
      process.kill(-(started.child.pid ?? 0), signal);
      process.kill(-(started.child.pid ?? 0), signal);
      expect([await started.exited, started.output()]).toEqual([0, '']);
      expect(Date.now() - from).toBeLessThan(8_000);
      expect(postgresOf(directory)).toBe('');
    }
    for (const socket of connections) socket.destroy();
    silent.close();
  }, 90_000);

  test('bad settings are named all at once, with exit code 78', async () => {
    const started = start(dataDir, await freePorts(), {
      RECOVERY_PORT: 'abc',
      SMTP_URL: 'mail.example',
      TLS_CERT_FILE: '/nonexist',
      TLS_KEY_FILE: '/nonexist',
      NODE_ENV: 'production',
    });
    expect(await started.settled).toBe(78);
    const lines = started.output().trim().split('\n');
    expect(lines).toContain(
      'rekey standalone: RECOVERY_PORT: read "abc"; allowed: a port number from 1 to 65535',
    );
    expect(lines).toContain(
      'rekey standalone: TLS_CERT_FILE: read "/nonexist" (ENOENT); allowed: a readable file with a certificate (PEM)',
    );
    expect(lines.filter((line) => line.includes('takes no development default')).length).toBeGreaterThan(3);
    expect(lines.every((line) => line.startsWith('rekey standalone: '))).toBe(true);
  }, 30_000);

  test('a policy that is weaker than a level is refused at the start, with exit code 78 [ASVS 6.4.4]', async () => {
    const file = join(base, 'policy.json');
    writeFileSync(file, '{"aal2": [["issued"], ["authenticator", "authenticator"]]}');
    const started = start(join(base, 'policy'), await freePorts(), { RECOVERY_POLICY_FILE: file });
    expect(await started.settled).toBe(78);
    expect(started.output().trim().split('\n')).toEqual([
      expect.stringMatching(/^rekey standalone: RECOVERY_POLICY_FILE: .*: aal2 \[issued\]: .*two classes/),
      expect.stringMatching(/aal2 \[authenticator, authenticator\]: the same class twice/),
    ]);
  }, 30_000);
});
