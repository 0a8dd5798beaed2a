import { areaUnder } from '../../bench/measure/statistics.js';

/** Milliseconds of both requests of a pair. */
export interface Pair {
  known: number;
  unknown: number;
}

/** How well a classifier works: 0.5 is a coin, 1 is always right. */
export interface Score {
  by: 'threshold' | 'neighbours' | 'pairs';
  auc: number;
  /** Half of the 95 % confidence interval. */
  within: number;
}

/**
 * Three ways to tell known from unknown by time alone. A threshold and a nearest-neighbour likelihood learn on one half of the
 * pairs and are judged on the other; the third asks of each pair which half was slower, which no drift of the machine can hide.
 * The first two count in either direction only as far as they have learnt it.
 */
export function classify(pairs: readonly Pair[]): Score[] {
  const train = pairs.filter((_pair, at) => at % 2 === 0);
  const test = pairs.filter((_pair, at) => at % 2 === 1);
  const direction = areaUnder(train.map(of('known')), train.map(of('unknown'))) < 0.5 ? -1 : 1;
  const threshold = (ms: number) => direction * ms;
  const neighbours = likelihood(train);
  const judged = (by: Score['by'], score: (ms: number) => number): Score => {
    const auc = areaUnder(
      test.map(({ known }) => score(known)),
      test.map(({ unknown }) => score(unknown)),
    );
    return { by, auc, within: 1.96 * standardError(auc, test.length) };
  };
  const slower = pairs.reduce(
    (sum, { known, unknown }) => sum + (known > unknown ? 1 : known === unknown ? 0.5 : 0),
    0,
  );
  const share = slower / pairs.length;
  return [
    judged('threshold', threshold),
    judged('neighbours', neighbours),
    { by: 'pairs', auc: Math.max(share, 1 - share), within: (1.96 * 0.5) / Math.sqrt(pairs.length) },
  ];
}

const of =
  (which: keyof Pair) =>
  (pair: Pair): number =>
    pair[which];

/** Hanley and McNeil (1982), for two groups of equal size. */
function standardError(auc: number, n: number): number {
  const [q1, q2] = [auc / (2 - auc), (2 * auc ** 2) / (1 + auc)];
  return Math.sqrt((auc * (1 - auc) + (n - 1) * (q1 + q2 - 2 * auc ** 2)) / n ** 2);
}

/** The share of known among the nearest training values, by the logarithm of the time: finds modes that a threshold misses. */
function likelihood(train: readonly Pair[]): (ms: number) => number {
  const seen = train
    .flatMap(({ known, unknown }) => [
      { at: Math.log(known), known: 1 },
      { at: Math.log(unknown), known: 0 },
    ])
    .sort((one, other) => one.at - other.at);
  const sums = [0];
  for (const { known } of seen) sums.push((sums.at(-1) ?? 0) + known);
  const near = Math.max(5, Math.round(Math.sqrt(seen.length) * 2));
  return (ms) => {
    const place = lowerBound(seen, Math.log(ms));
    const from = Math.min(Math.max(0, place - (near >> 1)), Math.max(0, seen.length - near));
    const to = Math.min(seen.length, from + near);
    return ((sums[to] ?? 0) - (sums[from] ?? 0)) / (to - from);
  };
}

function lowerBound(sorted: readonly { at: number }[], value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle]?.at ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
