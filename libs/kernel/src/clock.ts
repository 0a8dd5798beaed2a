/** The only source of time, passed to everything that needs it, so that a test can move it. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

/** A clock that only moves when a test moves it. */
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
