import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { until } from '../flows/rekey.js';
import {
  beginAt,
  freePorts,
  killPostgres,
  plainLines,
  postgresIn,
  said,
  useStarts,
} from './started-rekey.js';

/** Starts that are killed, that wait, that lack something, or run beside another: each ends with an instruction and leaves nothing. */
describe('npm start under faults', () => {
  const { base, start } = useStarts();

  test('refuses a second start on the same data, ends on SIGINT without leftovers, and keeps its data', async () => {
    const dataDir = join(base, 'kept');
    const ports = await freePorts();
    const first = start(dataDir, ports);
    expect([await first.settled, first.output()]).toEqual([
      'running',
      expect.stringContaining(`http://localhost:${ports.recovery}/recover`),
    ]);
    const look = await beginAt(first);

    const second = start(dataDir, await freePorts());
    expect(await second.settled).toBe(1);
    expect(said(second)).toMatch(/^rekey standalone: another "npm start" is using .*REKEY_DATA_DIR$/);

    // Ctrl-C does the same: it signals every process of the group at once.
    process.kill(-(first.child.pid ?? 0), 'SIGINT');
    expect(await first.exited).toBe(0);
    expect(postgresIn(dataDir)).toBe('');

    const again = start(dataDir, ports);
    expect(await again.settled).toBe('running');
    expect(await look()).toBe('proving');
    again.child.kill('SIGTERM');
    expect(await again.exited).toBe(0);
    expect(postgresIn(dataDir)).toBe('');
  });

  test('survives kill -9: the database ends too, and the next start has its data', async () => {
    const dataDir = join(base, 'killed');
    const ports = await freePorts();
    const first = start(dataDir, ports);
    expect(await first.settled).toBe('running');
    const look = await beginAt(first);
    first.child.kill('SIGKILL');
    await first.exited;
    await until('the database to follow', async () => postgresIn(dataDir) === '' || undefined);
    const next = start(dataDir, ports);
    expect(await next.settled).toBe('running');
    expect(await look()).toBe('proving');
    next.child.kill('SIGTERM');
    expect(await next.exited).toBe(0);
    expect(postgresIn(dataDir)).toBe('');
  });

  test('ends with 1 and an instruction when its PostgreSQL is killed and cannot start again', async () => {
    const dataDir = join(base, 'lost');
    const started = start(dataDir, await freePorts());
    expect(await started.settled).toBe('running');
    const before = started.output();
    rmSync(join(dataDir, 'postgres/PG_VERSION'));
    killPostgres(dataDir);
    expect(await started.exited).toBe(1);
    expect(plainLines(started, before)).toEqual([
      'rekey standalone: the embedded PostgreSQL has ended, and is started again',
      expect.stringMatching(
        /the embedded PostgreSQL did not start \(.*\); set DATABASE_URL to use your own$/,
      ),
    ]);
    expect(postgresIn(dataDir)).toBe('');
  });

  test('npm run migrate updates the embedded database, running or not, without leftovers', async () => {
    const directory = join(base, 'migrated');
    const migrate = () =>
      execFileSync(process.execPath, ['dist/apps/standalone/src/migrate.js'], {
        encoding: 'utf8',
        env: { PATH: process.env.PATH, REKEY_DATA_DIR: directory },
      });
    const embedded = `the embedded database in ${directory}: `;
    expect(migrate()).toMatch(new RegExp(`^${embedded}migrated: Accounts1.*\\n$`));
    expect(postgresIn(directory)).toBe('');
    expect(migrate()).toBe(`${embedded}the schema is up to date\n`);
    expect(postgresIn(directory)).toBe('');

    const started = start(directory, await freePorts());
    expect(await started.settled).toBe('running');
    expect(migrate()).toBe(`${embedded}the schema is up to date\n`);
    expect(await fetch(`http://localhost:${started.ports.recovery}/health/ready`)).toMatchObject({
      ok: true,
    });
    started.child.kill('SIGTERM');
    expect(await started.exited).toBe(0);
    expect(postgresIn(directory)).toBe('');
  });

  test('at a port in use, the database that it started ends', async () => {
    const ports = await freePorts();
    const taken: Server = createServer();
    await new Promise<void>((resolve) => taken.listen(ports.issuer, '127.0.0.1', resolve));
    const started = start(join(base, 'taken'), ports);
    expect(await started.settled).toBe(1);
    expect(said(started)).toBe(
      `rekey standalone: port ${ports.issuer} is already in use; stop the program that uses it, or choose another port with ISSUER_PORT`,
    );
    expect(postgresIn(join(base, 'taken'))).toBe('');
    taken.close();
  });

  test('a full disk and a read-only disk each produce an instruction', async () => {
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
      expect(said(started)).toMatch(
        /^rekey standalone: the disk of .* is full; free some space, or choose another directory with REKEY_DATA_DIR$/,
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
  });

  test('a Redis that does not respond produces one instruction, without its password, and no leftovers', async () => {
    const directory = join(base, 'no-redis');
    const started = start(directory, await freePorts(), { REDIS_URL: 'redis://:hush@127.0.0.1:1' });
    expect(await started.settled).toBe(1);
    expect(started.output()).toBe(
      'rekey standalone: REDIS_URL: no Redis is ready there after 10 s (ECONNREFUSED); start it or correct the host and the port\n',
    );
    expect(postgresIn(directory)).toBe('');
  });

  test('SIGINT and SIGTERM end a start that waits for a response, without leftovers', async () => {
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
      await until('the start to wait', waits);
      if (environment.REDIS_URL) expect(postgresIn(directory)).not.toBe('');
      process.kill(-(started.child.pid ?? 0), signal);
      process.kill(-(started.child.pid ?? 0), signal);
      expect([await started.exited, started.output()]).toEqual([0, '']);
      expect(postgresIn(directory)).toBe('');
    }
    for (const socket of connections) socket.destroy();
    silent.close();
  });

  test('a policy that is weaker than its level fails the start with exit code 78 [ASVS 6.4.4]', async () => {
    const file = join(base, 'policy.json');
    writeFileSync(file, '{"aal2": [["issued"], ["authenticator", "authenticator"]]}');
    const started = start(join(base, 'policy'), await freePorts(), { RECOVERY_POLICY_FILE: file });
    expect(await started.settled).toBe(78);
    expect(started.output().trim().split('\n')).toEqual([
      expect.stringMatching(/^rekey standalone: RECOVERY_POLICY_FILE: .*: aal2 \[issued\]: .*two classes/),
      expect.stringMatching(/aal2 \[authenticator, authenticator\]: the same class twice/),
    ]);
  });
});
