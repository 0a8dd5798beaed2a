/** @param sorted ascending @param share 0 to 1; nearest rank */
export function quantile(sorted: readonly number[], share: number): number {
  if (sorted.length === 0) return Number.NaN;
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

export const ascending = (values: readonly number[]): number[] =>
  [...values].sort((one, other) => one - other);

/** For few values: the mean of the two middle ones when their number is even. */
export function median(values: readonly number[]): number {
  const sorted = ascending(values);
  const at = (place: number) => sorted[place] ?? Number.NaN;
  return (at((sorted.length - 1) >> 1) + at(sorted.length >> 1)) / 2;
}

/** Several measurements of one thing: the median and the spread. */
export interface Spread {
  median: number;
  min: number;
  max: number;
}

export const spreadOf = (values: readonly number[]): Spread => ({
  median: median(values),
  min: Math.min(...values),
  max: Math.max(...values),
});

/**
 * How often chance alone puts two groups at least this far apart at a quantile: the labels are shuffled again and again (a
 * permutation test). Near 1 the groups look alike; below 0.01 they differ.
 */
export function likelyByChance(
  one: readonly number[],
  other: readonly number[],
  share: number,
  deals = 2000,
): number {
  const all = [...one, ...other];
  const apart = (left: readonly number[], right: readonly number[]) =>
    Math.abs(quantile(ascending(left), share) - quantile(ascending(right), share));
  const seen = apart(one, other);
  let asFar = 0;
  for (let deal = 0; deal < deals; deal++) {
    shuffle(all);
    if (apart(all.slice(0, one.length), all.slice(one.length)) >= seen) asFar++;
  }
  return asFar / deals;
}

/** Fisher and Yates, in place. */
function shuffle(values: number[]): void {
  for (let last = values.length - 1; last > 0; last--) {
    const at = Math.floor(Math.random() * (last + 1));
    const held = values[last] as number;
    values[last] = values[at] as number;
    values[at] = held;
  }
}

/**
 * Area under the ROC curve by Mann and Whitney: how often a value of the first is above one of the second; ties count half.
 */
export function areaUnder(above: readonly number[], below: readonly number[]): number {
  const all = [
    ...above.map((value) => ({ value, isAbove: true })),
    ...below.map((value) => ({ value, isAbove: false })),
  ].sort((one, other) => one.value - other.value);
  let ranks = 0;
  for (let from = 0; from < all.length; ) {
    let to = from;
    while (to < all.length && all[to]?.value === all[from]?.value) to++;
    const rank = (from + 1 + to) / 2;
    for (let at = from; at < to; at++) if (all[at]?.isAbove) ranks += rank;
    from = to;
  }
  return (ranks - (above.length * (above.length + 1)) / 2) / (above.length * below.length);
}
