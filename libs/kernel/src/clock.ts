/** The one source of time, handed to whatever needs it, so that a test can move it. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

/** A clock that stands still until it is moved; for tests. */
export class MovableClock implements Clock {
  constructor(private at = 1_800_000_000_000) {}

  now(): number {
    return this.at;
  }

  /** @param ms how far to move forward */
  advance(ms: number): void {
    this.at += ms;
  }
}
