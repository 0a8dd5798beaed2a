import { flowLimitMs, longest, nearest, slowness, type TimedFile, tooSlow, usualMs } from './slow-files.js';

describe('slow files', () => {
  const file = (path: string, ms: number, from = 0): TimedFile => ({ path, from, to: from + ms });
  const pace = (ms: number, ...at: number[]) => at.map((one) => ({ at: one, ms }));

  test('a flow over the limit is named with both times; other specs may take longer', () => {
    const files = [
      file('test/flows/quick.spec.ts', flowLimitMs),
      file('test/flows/slow.spec.ts', flowLimitMs + 1_000),
      file('test/security/at-rest.campaign.spec.ts', 60_000),
    ];
    expect(tooSlow(files, [])).toEqual([
      'test/flows/slow.spec.ts took 16.0 s where 15.0 s are allowed: shorten it, split it, or make a campaign of it',
    ]);
  });

  test('a slow machine gets a longer limit; a fast one does not get a shorter', () => {
    const slow = file('test/flows/slow.spec.ts', 3 * flowLimitMs, 100_000);
    expect(tooSlow([slow], pace(4 * usualMs, 100_000, 120_000))).toEqual([]);
    expect(tooSlow([slow], pace(2 * usualMs, 100_000, 120_000))).toHaveLength(1);
    // Slow before and after, but not during the file.
    expect(tooSlow([slow], pace(4 * usualMs, 50_000, 200_000))).toHaveLength(1);
    expect(slowness(slow, pace(usualMs / 10, 110_000))).toBe(1);
  });

  test('the flow that is nearest to its limit is named', () => {
    const files = [
      file('test/flows/long.spec.ts', 12_000, 100_000),
      file('test/flows/near.spec.ts', 9_000, 0),
      file('test/security/at-rest.campaign.spec.ts', 60_000),
    ];
    expect(nearest(files, pace(2 * usualMs, 105_000))).toEqual([
      'Nearest to its limit: test/flows/near.spec.ts, 9.0 s of 15.0 s',
    ]);
    expect(nearest(files.slice(2), [])).toEqual([]);
  });

  test('the slowest files come first', () => {
    const files = [file('a', 1_000), file('b', 3_000), file('c', 2_000)];
    expect(longest(files, 2)).toEqual(['   3.0 s  b', '   2.0 s  c']);
  });
});
