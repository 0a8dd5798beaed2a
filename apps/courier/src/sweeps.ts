/** Milliseconds from the end of a round of each sweep to the beginning of the next. */
export const sweepPeriods = { messages: 1_000, recoveries: 15_000, sms_proven: 2_000, sms_cost: 600_000 };

export type SweepPeriods = typeof sweepPeriods;

/** Something done again and again; one round at a time. */
export interface Sweep {
  /** Waits for the round under way. */
  stop(): Promise<void>;
}

/**
 * @param ms from the end of a round to the beginning of the next
 * @param onEnd with what went wrong, if something did
 */
export function every(ms: number, onEnd: (fault?: unknown) => void, work: () => Promise<void>): Sweep {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let round = Promise.resolve();
  const run = () => {
    round = work()
      .then(() => onEnd(), onEnd)
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
