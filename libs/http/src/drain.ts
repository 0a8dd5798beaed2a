import { processTimer, type Timer } from '@rekey/kernel';

/** A process that still serves for a while after it was told to end, so that nobody sends requests to it when its port closes. */
export interface Drain {
  /** Milliseconds; 0: it ends at once. */
  ms: number;
  /** Says to everyone who asks that the process is about to end. */
  begin(): void;
}

/**
 * Resolves when a process that was told to end may close: after its drain, or as soon as it is told again.
 *
 * @param again aborted when it is told again
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
