import { sqlStates } from '@rekey/database';
import { SettingsError } from '@rekey/settings';
import { type Drain, drained } from './drain.js';
import { createLog } from './log.js';

/** What a process is made of: something that runs and can be ended. */
export interface Running {
  close(): Promise<void>;
  /** Resolves with the reason when it cannot go on. */
  fails?: Promise<unknown>;
  /** What comes before `close` on SIGTERM. */
  drain?: Drain;
}

/** How long in-flight work may take after a signal and the drain, before the process leaves anyway. */
const closeWithinMs = 25_000;

/**
 * The life of a process: start, say so, and on SIGINT or SIGTERM let requests and jobs under way finish; a start that is
 * still under way is given up. On SIGTERM it drains first, until another signal. One that fails says in one line what to do, and exits with 1; with 78 and a line each when
 * the settings are wrong. So does one that cannot go on, once it is closed.
 *
 * @param start its faults carry `code`, and `port` where one was wanted; once `ending` is aborted it closes what it has
 *   started, and settles soon
 */
export async function runProcess<Started extends Running>(
  name: string,
  start: (ending: AbortSignal) => Promise<Started>,
  whenStarted: (running: Started) => void = () => undefined,
): Promise<void> {
  const log = createLog({ name, level: 'info' });
  process.on('unhandledRejection', (fault) => log.error({ err: fault }, 'unhandled rejection'));
  const ending = new AbortController();
  let running: Started | undefined;
  let exitCode = 0;
  const close = async (started: Started) => {
    try {
      await started.close();
      process.exit(exitCode);
    } catch (fault) {
      log.error({ err: fault }, 'did not end cleanly');
      process.exit(1);
    }
  };
  const again = new AbortController();
  const end = async (signal?: NodeJS.Signals) => {
    if (ending.signal.aborted) return again.abort();
    ending.abort();
    const started = running;
    if (started && signal === 'SIGTERM') await drained(started.drain, again.signal);
    setTimeout(() => process.exit(1), closeWithinMs).unref();
    if (started) await close(started);
  };
  process.on('SIGINT', end);
  process.on('SIGTERM', end);
  try {
    running = await start(ending.signal);
    if (ending.signal.aborted) await close(running);
    else whenStarted(running);
    void running.fails?.then((fault) => {
      if (ending.signal.aborted) return;
      process.stderr.write(`rekey ${name}: ${whatToDo(fault)}\n`);
      exitCode = 1;
      void end();
    });
  } catch (fault) {
    // Whatever it is, it comes of the end that was wanted.
    if (ending.signal.aborted) process.exit(0);
    // EX_CONFIG of sysexits.h, as for the environment itself: a file that a setting names is part of the settings.
    const [problems, code] = fault instanceof SettingsError ? [fault.problems, 78] : [[whatToDo(fault)], 1];
    const lines = problems.map((problem) => `rekey ${name}: ${problem}\n`).join('');
    process.stderr.write(lines, () => process.exit(code));
  }
}

const portVariables: Record<string, string> = {
  recovery: 'RECOVERY_PORT',
  issuer: 'ISSUER_PORT',
  console: 'CONSOLE_PORT',
  mailbox: 'MAILBOX_PORT',
};

/**
 * One line that a person can act upon.
 *
 * @param fault its `setting` names the variable with the URL of the database, where it is not `DATABASE_URL`
 */
export function whatToDo(fault: unknown): string {
  const fields = Object(fault) as Record<string, string | undefined>;
  const { code, port, process: of, message, setting = 'DATABASE_URL' } = fields;
  const variable = portVariables[String(of)] ?? 'another port in the settings';
  switch (code) {
    case 'EADDRINUSE':
      return `port ${port} is already in use; stop the program that uses it, or choose another port with ${variable}`;
    case 'EACCES':
      return port
        ? `this user may not use port ${port}; choose a port above 1023 with ${variable}`
        : `${message}; change the permissions, or choose another place`;
    case sqlStates.connectionNotMade:
    case 'ECONNREFUSED':
    case 'ENOTFOUND':
    case 'EHOSTUNREACH':
    case 'ETIMEDOUT':
      return `${setting}: PostgreSQL does not respond there; start it, or correct the host and the port`;
    case sqlStates.passwordRefused:
    case sqlStates.authorizationRefused:
      return `${setting}: PostgreSQL refuses this user or password`;
    case sqlStates.noDatabase:
      return `${setting}: there is no database with that name; create it first`;
    default:
      return message ?? String(fault);
  }
}
