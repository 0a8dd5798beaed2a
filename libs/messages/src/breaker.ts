import type { Clock } from '@rekey/kernel';

/** Failures in a row after which nothing is sent to a server. */
export const breakerFailures = 5;

/** Milliseconds after the last of them until one message may try again. */
export const breakerOpenMs = 10_000;

export type BreakerTransition = 'open' | 'closed';

/**
 * The circuit breaker of one server. Calls that would only wait for a server that does not respond fail at once instead. After a pause one
 * message probes the server: it closes the breaker, or opens it for another pause.
 *
 * A refusal of a message is a success here: the server responds.
 */
export class Breaker {
  private failuresInARow = 0;
  private failedAt = Number.NEGATIVE_INFINITY;
  private probing = false;

  constructor(
    private readonly clock: Clock,
    private readonly onTransition: (to: BreakerTransition) => void = () => undefined,
  ) {}

  /** Whether the server has failed within the last `ms` milliseconds, and not succeeded since. */
  failedWithin(ms: number): boolean {
    return this.failuresInARow > 0 && this.clock.now() - this.failedAt < ms;
  }

  /** Whether a message may be sent now. Exactly one of {@link succeeded} and {@link failed} must follow when it may. */
  admits(): boolean {
    if (this.failuresInARow < breakerFailures) return true;
    if (this.probing || this.failedWithin(breakerOpenMs)) return false;
    this.probing = true;
    return true;
  }

  succeeded(): void {
    const wasOpen = this.failuresInARow >= breakerFailures;
    this.failuresInARow = 0;
    this.probing = false;
    if (wasOpen) this.onTransition('closed');
  }

  failed(): void {
    this.failuresInARow += 1;
    this.failedAt = this.clock.now();
    this.probing = false;
    if (this.failuresInARow === breakerFailures) this.onTransition('open');
  }
}
