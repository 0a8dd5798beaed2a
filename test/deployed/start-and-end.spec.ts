import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { until } from '../flows/rekey.js';
import { createDatabase } from '../runner/database.js';
import {
  beginAt,
  freePorts,
  killPostgres,
  plainLines,
  postgresIn,
  said,
  useStarts,
} from './started-rekey.js';

/** The start and the end of the real process, and what a person reads when a start fails; more in `start-and-end.long.spec.ts`. */
describe('npm start', () => {
  const { base, start } = useStarts();
  const dataDir = join(base, 'data');

  test('starts, starts its PostgreSQL again when that is killed, and ends on SIGINT without leftovers', async () => {
    const ports = await freePorts();
    const started = start(dataDir, ports);
    expect([await started.settled, started.output()]).toEqual([
      'running',
      expect.stringContaining(`http://localhost:${ports.recovery}/recover`),
    ]);
    const look = await beginAt(started);
    expect(await look()).toBe('proving');
    const before = started.output();
    killPostgres(dataDir);
    const again = 'rekey standalone: the embedded PostgreSQL runs again, with its data';
    await until('its PostgreSQL', async () => started.output().includes(again) || undefined);
    expect(plainLines(started, before)).toEqual([
      'rekey standalone: the embedded PostgreSQL has ended, and is started again',
      again,
    ]);
    await until('the recovery', async () => (await look()) === 'proving' || undefined);
    // Ctrl-C does the same: it signals every process of the group at once.
    process.kill(-(started.child.pid ?? 0), 'SIGINT');
    expect(await started.exited).toBe(0);
    expect(postgresIn(dataDir)).toBe('');
  });

  test('names a port in use, and the variable that changes it', async () => {
    const database = await createDatabase();
    const ports = await freePorts();
    const taken: Server = createServer();
    await new Promise<void>((resolve) => taken.listen(ports.issuer, '127.0.0.1', resolve));
    const started = start(join(base, 'taken'), ports, { DATABASE_URL: database.url });
    expect(await started.settled).toBe(1);
    expect(started.output()).toBe(
      `rekey standalone: port ${ports.issuer} is already in use; stop the program that uses it, or choose another port with ISSUER_PORT\n`,
    );
    taken.close();
    await database.drop();
  });

  test('says what to do when the database does not respond', async () => {
    const away = start(join(base, 'away'), await freePorts(), {
      DATABASE_URL: 'postgres://rekey:x@127.0.0.1:1/rekey',
    });
    expect(await away.settled).toBe(1);
    expect(said(away)).toBe(
      'rekey standalone: DATABASE_URL: PostgreSQL does not respond there; start it, or correct the host and the port',
    );
  });

  test('reports all invalid settings at once, with exit code 78', async () => {
    const started = start(dataDir, await freePorts(), {
      RECOVERY_PORT: 'abc',
      SERVICE_NAME: 'Acme',
      SMTP_URL: 'mail.example',
      TLS_CERT_FILE: '/nonexist',
      TLS_KEY_FILE: '/nonexist',
      NODE_ENV: 'production',
    });
    expect(await started.settled).toBe(78);
    const lines = started.output().trim().split('\n');
    expect(lines).toContain(
      'rekey standalone: SERVICE_NAME: is now PRODUCT_NAME; allowed: set PRODUCT_NAME instead',
    );
    expect(lines).toContain(
      'rekey standalone: RECOVERY_PORT: read "abc"; allowed: a port number from 1 to 65535',
    );
    expect(lines).toContain(
      'rekey standalone: TLS_CERT_FILE: read "/nonexist" (ENOENT); allowed: a readable file with a certificate (PEM)',
    );
    expect(lines.filter((line) => line.includes('allows no development default')).length).toBeGreaterThan(3);
    expect(lines.every((line) => line.startsWith('rekey standalone: '))).toBe(true);
  });
});
