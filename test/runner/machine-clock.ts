const machine = Date.now.bind(Date);
let aheadMs = 0;

/** The lead of this process's clock over the machine's, in milliseconds. */
export const machineClock = {
  /** Advances it: for code that takes no clock, such as a third-party authorization server. */
  advance(ms: number): void {
    aheadMs += ms;
    Date.now = () => machine() + aheadMs;
  },
  /** Sets it back to the machine's; each spec that changes it does this at its end, because the process then runs other specs. */
  restore(): void {
    aheadMs = 0;
    Date.now = machine;
  },
};
