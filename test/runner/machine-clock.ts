const machine = Date.now.bind(Date);
let aheadMs = 0;

/** How far the clock of this process is ahead of the machine's, in milliseconds. */
export const machineClock = {
  /** Moves it on: for what has no clock of its own to pass, such as somebody else's authorization server. */
  advance(ms: number): void {
    aheadMs += ms;
    Date.now = () => machine() + aheadMs;
  },
  /** Back to the machine's; each spec that moves it does this at its end, since the process goes on to other specs. */
  restore(): void {
    aheadMs = 0;
    Date.now = machine;
  },
};
