/** The machine's clock, in milliseconds since the Unix epoch; the one place in this package that asks it for the date. */
export const systemClock = (): number => Date.now();
