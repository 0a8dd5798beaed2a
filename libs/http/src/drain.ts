import { processTimer, type Timer } from '@rekey/kernel';

/** A process that still serves for a while after the signal to end, so that nobody sends requests to it when its port closes. */
export interface Drain {
  /** Milliseconds; 0: it ends at once. */
  ms: number;
  /** Says to everyone who asks that the process is about to end. */
  begin(): void;
}

/**
 * Resolves when a process that is to end may close: after its drain, or at the next signal.
 *
 * @param again aborted at the next signal
 */
export async function drained(
  drain: Drain | undefined,
  again: AbortSignal,
  timer: Timer = processTimer,
): Promise<void> {
  if (!drain || drain.ms === 0 || again.aborted) return;
  drain.begin();
  await new Promise<void>((resolve) => {
    const cancel = timer(drain.ms, resolve);
    again.addEventListener('abort', () => {
      cancel();
      resolve();
    });
  });
}
