import { AlreadyRunningFault, StartFault } from './start-fault.js';

/** A server as a process of its own. */
export interface Server {
  /** Resolves when it has ended. */
  exited: Promise<void>;
  stop(): Promise<void>;
}

/** What the person at the terminal is told. */
export interface Told {
  /** It has ended by itself, and is started again. */
  ended(): void;
  runsAgain(): void;
  /** It cannot be started again. */
  lost(fault: unknown): void;
}

/** What the processes of a killed server leave behind goes within this time. */
const goneWithinMs = 15_000;
const lookMs = 200;

/** The memory or the lock of a server whose main process has gone, while its other processes still end. */
export class NotGoneFault extends StartFault {}

/**
 * Runs a server, and starts it again when it ends unasked: somebody killed it, or the machine was out of memory. Its data is as of the last
 * commit.
 *
 * @throws what the first start throws
 */
export async function keepRunning(start: () => Promise<Server>, told: Told): Promise<Pick<Server, 'stop'>> {
  let server = await start();
  let isStopping = false;
  let under: Promise<void> = Promise.resolve();

  const watch = () =>
    void server.exited.then(() => {
      if (!isStopping) under = again();
    });
  const again = async () => {
    told.ended();
    try {
      const next = await startAgain(start, () => isStopping);
      if (!next) return;
      server = next;
      told.runsAgain();
      watch();
    } catch (fault) {
      if (!isStopping) told.lost(fault);
    }
  };
  watch();
  return {
    async stop() {
      isStopping = true;
      await under;
      await server.stop();
    },
  };
}

async function startAgain(
  start: () => Promise<Server>,
  isStopping: () => boolean,
): Promise<Server | undefined> {
  for (let waited = 0; !isStopping(); waited += lookMs) {
    try {
      return await start();
    } catch (fault) {
      const passes = fault instanceof NotGoneFault || fault instanceof AlreadyRunningFault;
      if (!passes || waited >= goneWithinMs) throw fault;
      await new Promise((resolve) => setTimeout(resolve, lookMs));
    }
  }
  return undefined;
}
