import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { migrateQueue } from '@rekey/queue';
import { developmentSecrets } from '@rekey/settings';
import { freePorts, useStarts } from '../deployed/started-rekey.js';
import { password } from '../flows/people.js';
import { freePort } from '../runner/free-port.js';
import { administer, embeddedPostgres } from '../runner/postgres.js';
import { factsOf, loadVersion, versions } from './versions.js';

/** `npm start` on the data of an earlier version, as that version left them. */
describe.each(versions)('a data directory of %s', (version) => {
  const starts = useStarts();

  /** Its superuser owned all tables: there were no other roles. */
  async function makeDirectory(dataDir: string): Promise<void> {
    const secret = developmentSecrets(dataDir).databasePassword();
    await writeFile(join(dataDir, 'keyring.json'), (await factsOf(version)).keyring, { mode: 0o600 });
    const port = await freePort();
    const server = new (embeddedPostgres())({
      databaseDir: join(dataDir, 'postgres'),
      port,
      user: 'rekey',
      password: secret,
      persistent: true,
      createPostgresUser: process.getuid?.() === 0,
      initdbFlags: ['--encoding=UTF8', '--locale=C', '--no-sync'],
      postgresFlags: ['-c', 'unix_socket_directories='],
      onLog: () => undefined,
      onError: () => undefined,
    });
    await server.initialise();
    await server.start();
    try {
      const urlOf = (name: string) => `postgres://rekey:${secret}@127.0.0.1:${port}/${name}`;
      await administer(urlOf('postgres'), 'create database rekey');
      await loadVersion(version, urlOf('rekey'));
      await migrateQueue({ url: urlOf('rekey') });
    } finally {
      await server.stop();
    }
  }

  test('starts, and its people sign in', async () => {
    const dataDir = join(starts.base, version);
    await makeDirectory(dataDir);
    const ports = await freePorts();
    const started = starts.start(dataDir, ports);
    await started.settled;
    expect(started.output()).toContain('Ctrl-C stops Rekey');
    const signedIn = await fetch(`http://localhost:${ports.issuer}/v1/sessions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ identifier: 'ann@example.com', password }),
    });
    expect(signedIn.status).toBe(201);
    started.child.kill('SIGINT');
    expect(await started.exited).toBe(0);
  });
});
