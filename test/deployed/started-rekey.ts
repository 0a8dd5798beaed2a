import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../flows/rekey.js';
import { freePort } from '../runner/free-port.js';

export interface Started {
  child: ChildProcess;
  ports: { recovery: number; issuer: number; console: number; mailbox: number };
  /** All of its output so far. */
  output(): string;
  /** Waits for the printed block, or for the end. */
  settled: Promise<'running' | number>;
  exited: Promise<number | null>;
}

/** Starts the real process in folders below a temporary one, which is removed at the end with everything that still runs. */
export function useStarts() {
  const base = mkdtempSync(join(tmpdir(), 'rekey-start-'));
  // Started by root, PostgreSQL runs as another user, who must be able to read its folder.
  chmodSync(base, 0o755);
  const running: Started[] = [];
  afterAll(async () => {
    for (const { child } of running) child.kill('SIGKILL');
    await until('the database to follow', async () => postgresIn(base) === '' || undefined);
    rmSync(base, { recursive: true, force: true });
  });
  return {
    base,
    start(...given: Parameters<typeof startReal>): Started {
      const started = startReal(...given);
      running.push(started);
      return started;
    },
  };
}

/** The processes of the PostgreSQL with data in this folder, as `ps` shows them. */
export const postgresIn = (directory: string): string =>
  execFileSync('sh', ['-c', `ps -eo pid,args | grep -F -- "-D ${directory}" | grep -v grep || true`], {
    encoding: 'utf8',
  });

/** kill -9 of the main process of the embedded PostgreSQL. */
export function killPostgres(dataDir: string): void {
  const [pid = ''] = readFileSync(join(dataDir, 'postgres/postmaster.pid'), 'utf8').split('\n');
  process.kill(Number(pid), 'SIGKILL');
}

/** What it has said to the person at the terminal since then; its log is JSON. */
export const plainLines = (started: Started, before: string): string[] =>
  started
    .output()
    .slice(before.length)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('{'));

/** The output of a start that fails: one line. */
export const said = (started: Started): string => started.output().trim();

/** Starts a recovery. @returns a function that asks for its state */
export async function beginAt({ ports }: Started): Promise<() => Promise<string>> {
  const url = `http://localhost:${ports.recovery}/v1/recoveries`;
  const headers = { 'content-type': 'application/json' };
  const begun = await fetch(url, { method: 'POST', headers, body: '{"identifier":"ada"}' });
  const { id, token } = (await begun.json()) as { id: string; token: string };
  return async () => {
    const answer = await fetch(`${url}/${id}`, { headers: { authorization: `Bearer ${token}` } });
    return ((await answer.json()) as { state: string }).state;
  };
}

export async function freePorts(): Promise<Started['ports']> {
  const [recovery = 0, issuer = 0, console_ = 0, mailbox = 0] = await Promise.all(
    [0, 0, 0, 0].map(() => freePort()),
  );
  return { recovery, issuer, console: console_, mailbox };
}

/** `npm start` after the build: the real process, in its own process group as in a terminal. */
export function startReal(
  dataDir: string,
  ports: Started['ports'],
  environment: Record<string, string> = {},
): Started {
  const child = spawn(process.execPath, ['dist/apps/standalone/src/main.js'], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      REKEY_DATA_DIR: dataDir,
      RECOVERY_PORT: String(ports.recovery),
      ISSUER_PORT: String(ports.issuer),
      CONSOLE_PORT: String(ports.console),
      MAILBOX_PORT: String(ports.mailbox),
      ...environment,
    },
  });
  let output = '';
  const exited = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  const settled = new Promise<'running' | number>((resolve) => {
    const read = (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes('Ctrl-C stops Rekey')) resolve('running');
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    void exited.then((code) => resolve(code ?? -1));
  });
  return { child, ports, output: () => output, settled, exited };
}
