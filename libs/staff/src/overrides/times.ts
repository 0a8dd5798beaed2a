const hourMs = 3_600_000;

/**
 * - `waitHours`: from the approval until it can be used, for every address to object
 * - `openMs`: a request can be approved for so long
 * - `usableMs`: from the end of the waiting period
 */
export const overrideTimes = {
  waitHours: 24,
  openMs: 72 * hourMs,
  usableMs: 7 * 24 * hourMs,
} as const;

export const waitMs = (hours: number): number => hours * hourMs;
