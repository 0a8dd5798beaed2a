import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../runner/free-port.js';

/** The pooler of most deployments, in front of a PostgreSQL of the tests. */
export interface PgBouncer {
  /** @returns the same URL, through the pooler */
  through(url: string): string;
  stop(): Promise<void>;
}

/** PgBouncer does not run as root. */
const nobody = 65_534;

/** @returns `1.25`, or undefined when it is not installed */
export function pgbouncerVersion(): number | undefined {
  try {
    const said = execFileSync(command, ['--version'], { encoding: 'utf8' });
    return Number(/PgBouncer (\d+\.\d+)/.exec(said)?.[1]);
  } catch {
    return undefined;
  }
}

const command = process.env.REKEY_TEST_PGBOUNCER ?? 'pgbouncer';

/** @param of.settings lines of `pgbouncer.ini` */
export async function startPgBouncer(of: { url: string; settings: string[] }): Promise<PgBouncer> {
  const folder = await mkdtemp(join(tmpdir(), 'rekey-pgbouncer-'));
  const port = await freePort();
  const { hostname, port: of5432 } = new URL(of.url);
  const file = join(folder, 'pgbouncer.ini');
  const users = ['rekey', 'rekey_owner', 'rekey_app'].map((name) => `"${name}" "rekey"`);
  await writeFile(join(folder, 'users.txt'), users.join('\n'));
  await writeFile(
    file,
    [
      '[databases]',
      `* = host=${hostname} port=${of5432}`,
      '[pgbouncer]',
      'listen_addr = 127.0.0.1',
      `listen_port = ${port}`,
      'unix_socket_dir =',
      'auth_type = trust',
      `auth_file = ${folder}/users.txt`,
      'max_client_conn = 500',
      ...of.settings,
    ].join('\n'),
  );
  const isRoot = process.getuid?.() === 0;
  await chmod(folder, 0o755);
  if (isRoot) await chown(folder, nobody, nobody);
  const child = spawn(command, ['-q', file], {
    stdio: 'ignore',
    ...(isRoot ? { uid: nobody, gid: nobody } : {}),
  });
  const ended = once(child, 'exit').catch(() => undefined);
  await Promise.race([
    listening(port),
    ended.then(() => Promise.reject(new Error('PgBouncer did not start'))),
  ]);
  return {
    through: (url) => Object.assign(new URL(url), { port: String(port) }).href,
    stop: async () => {
      child.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function listening(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    const isOpen = await new Promise((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    });
    socket.destroy();
    if (isOpen) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
