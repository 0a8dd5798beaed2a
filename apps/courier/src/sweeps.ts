/** Something done again and again; one round at a time. */
export interface Sweep {
  /** Waits for the round under way. */
  stop(): Promise<void>;
}

/** @param ms from the end of a round to the beginning of the next */
export function every(ms: number, onFault: (fault: unknown) => void, work: () => Promise<void>): Sweep {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let round = Promise.resolve();
  const run = () => {
    round = work()
      .catch(onFault)
      .then(() => {
        if (!stopped) timer = setTimeout(run, ms);
      });
  };
  timer = setTimeout(run, ms);
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await round;
    },
  };
}
