/** A goal of the project, as far as a run has checked it. */
export interface Goal {
  /** What is measured, with where: `flows/s to the floor, concurrency 32`. */
  figure: string;
  measured: string;
  /** What must be reached, and what we would like to reach: `at least 0.5`. */
  must: string;
  stretch?: string;
  met: boolean;
  /** Left out where nothing more is wanted. */
  stretched?: boolean;
}

interface Limits {
  decimals: number;
  must: number;
  stretch?: number;
  unit?: string;
}

const goalBy =
  (word: string, holds: (value: number, limit: number) => boolean) =>
  (figure: string, value: number, { decimals, must, stretch, unit = '' }: Limits): Goal => {
    const limit = (number: number) => `${word} ${number}${unit}`;
    return {
      figure,
      measured: `${Number.isFinite(value) ? value.toFixed(decimals) : '–'}${unit}`,
      must: limit(must),
      met: holds(value, must),
      ...(stretch === undefined ? {} : { stretch: limit(stretch), stretched: holds(value, stretch) }),
    };
  };

/** Not met by what could not be measured: NaN is on no side of a limit. */
export const atLeast = goalBy('at least', (value, limit) => value >= limit);
export const atMost = goalBy('at most', (value, limit) => value <= limit);
export const below = goalBy('below', (value, limit) => value < limit);
