/** Calls `run` once, `ms` milliseconds from now. @returns a function that cancels it */
export type Timer = (ms: number, run: () => void) => () => void;

/** The timer of Node.js. It does not keep the process alive. */
export const processTimer: Timer = (ms, run) => {
  const timeout = setTimeout(run, ms).unref();
  return () => clearTimeout(timeout);
};

export interface PeriodicOptions {
  work(): Promise<unknown>;
  /** After each round. @param fault what `work` threw; undefined after a good round */
  onEnd(fault: unknown): void;
  timer?: Timer;
}

/** Work that repeats. */
export interface Periodic {
  /** Starts no further round, and waits for the running one. */
  stop(): Promise<void>;
}

/**
 * Repeats `work`. Rounds never overlap, and a fault does not end the repetition.
 *
 * @param ms milliseconds before the first round, and from the end of a round to the start of the next
 */
export function every(ms: number, { work, onEnd, timer = processTimer }: PeriodicOptions): Periodic {
  let stopped = false;
  let round = Promise.resolve();
  const oneRound = async () => {
    let fault: unknown;
    try {
      await work();
    } catch (thrown) {
      fault = thrown ?? new Error('a round failed without a reason');
    }
    onEnd(fault);
  };
  const next = () =>
    timer(ms, () => {
      round = oneRound().finally(() => {
        if (!stopped) cancel = next();
      });
    });
  let cancel = next();
  return {
    async stop() {
      stopped = true;
      cancel();
      await round;
    },
  };
}
