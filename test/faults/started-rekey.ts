import { type ChildProcess, spawn } from 'node:child_process';
import { freePort } from '../postgres.js';

export interface Started {
  child: ChildProcess;
  ports: { recovery: number; issuer: number; console: number; mailbox: number };
  /** All that it has printed so far. */
  output(): string;
  /** Waits for the printed block, or for the end. */
  settled: Promise<'running' | number>;
  exited: Promise<number | null>;
}

export async function freePorts(): Promise<Started['ports']> {
  const [recovery = 0, issuer = 0, console_ = 0, mailbox = 0] = await Promise.all(
    [0, 0, 0, 0].map(() => freePort()),
  );
  return { recovery, issuer, console: console_, mailbox };
}

/** `npm start` as it is after the build: the real process, in a process group of its own as in a terminal. */
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
      if (output.includes('Ctrl-C ends it')) resolve('running');
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    void exited.then((code) => resolve(code ?? -1));
  });
  return { child, ports, output: () => output, settled, exited };
}
