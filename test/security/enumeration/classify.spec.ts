import { areaUnder } from '../../bench/measure/statistics.js';
import { classify, type Pair } from './classify.js';

/** Pseudo-random numbers, the same in every run (mulberry32). */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const worst = (pairs: Pair[]) => Math.max(...classify(pairs).map(({ auc }) => auc));

describe('telling known from unknown identifiers by response time', () => {
  /** Typical response times: mostly alike, now and then much longer. */
  const time = (random: () => number) =>
    3 + random() + random() + random() + (random() < 0.05 ? 20 * random() : 0);
  const pairsOf = (seed: number, known: (ms: number, random: () => number) => number): Pair[] => {
    const random = dice(seed);
    return Array.from({ length: 2_000 }, () => ({
      known: known(time(random), random),
      unknown: time(random),
    }));
  };

  test('the area under the curve equals a calculation by hand', () => {
    expect(areaUnder([3, 4], [1, 2])).toBe(1);
    expect(areaUnder([1, 2], [3, 4])).toBe(0);
    expect(areaUnder([1, 2], [1, 2])).toBe(0.5);
    expect(areaUnder([1, 4], [2, 3])).toBe(0.5);
  });

  test('equal distributions are never told apart, twenty times', () => {
    for (let seed = 1; seed <= 20; seed++) expect(worst(pairsOf(seed, (ms) => ms))).toBeLessThan(0.55);
  });

  test('a difference of a fifth of a millisecond is found, in either direction [FP no-enumeration]', () => {
    expect(worst(pairsOf(1, (ms) => ms + 0.2))).toBeGreaterThan(0.55);
    expect(worst(pairsOf(1, (ms) => ms - 0.2))).toBeGreaterThan(0.55);
  });

  test('a bimodal difference that a threshold misses is found by neighbours', () => {
    const humps = pairsOf(1, (ms, random) => ms + (random() < 0.5 ? 0.7 : -0.7));
    const [threshold, neighbours] = classify(humps);
    expect(threshold?.auc).toBeLessThan(0.55);
    expect(neighbours?.auc).toBeGreaterThan(0.6);
  });

  test('a machine that slows down during the run hides no difference within a pair', () => {
    const drifting = pairsOf(1, (ms) => ms + 0.3).map(({ known, unknown }, at) => ({
      known: known + at / 20,
      unknown: unknown + at / 20,
    }));
    expect(classify(drifting).find(({ by }) => by === 'pairs')?.auc).toBeGreaterThan(0.55);
  });
});
