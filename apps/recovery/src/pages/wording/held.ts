/** What the pages say where a recovery waits after a stop, in one language. */
export interface HeldWording {
  title: string;
  lead(until: string): string;
  why: string;
  told: string;
  /** @param days how long the person can come back after the wait */
  later(days: number): string;
}
