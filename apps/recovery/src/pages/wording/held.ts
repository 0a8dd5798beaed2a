/** What the pages say where a recovery waits, in one language. */
export interface HeldWording {
  title: string;
  lead(until: string): string;
  why: string;
  told: string;
  /** @param days how long the person can come back after the wait */
  later(days: number): string;
  /** Behind the link in the notification. */
  back: { title: string; lead: string; continue_: string; elsewhere: string };
}
