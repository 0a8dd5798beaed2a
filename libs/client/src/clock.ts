/** The machine's clock, in milliseconds since the Unix epoch; only this function of the package reads the date. */
export const systemClock = (): number => Date.now();
