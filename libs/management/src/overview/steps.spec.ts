import { CountedSteps, goodFor, type OverviewDays, overviewSteps, stepsOf } from './steps.js';

const hour = 3_600_000;
const noon = Date.parse('2026-11-27T12:34:56Z');
const days = Object.keys(overviewSteps).map(Number) as OverviewDays[];

describe('the steps of an overview', () => {
  test.each(days)('of %i days follow each other, and now is in the last one', (count) => {
    const steps = stepsOf(count, noon);
    const length = overviewSteps[count];
    expect(steps).toHaveLength((count * 24 * hour) / length);
    steps.forEach(({ from, to }, nth) => {
      expect(to.getTime() - from.getTime()).toBe(length);
      expect(from.getTime() % length).toBe(0);
      if (nth > 0) expect(from).toEqual(steps[nth - 1]?.to);
    });
    const last = steps.at(-1);
    expect([Number(last?.from) <= noon, noon < Number(last?.to)]).toEqual([true, true]);
  });

  test('the same step is the same an hour later', () => {
    expect(stepsOf(1, noon + hour).slice(0, -1)).toEqual(stepsOf(1, noon).slice(1));
  });

  test.each([
    [0, 5_000],
    [-hour, 5_000],
    [hour, hour / 10],
    [24 * hour, 2.4 * hour],
  ])('counted %i ms after its end it is good for %i ms', (age, expected) => {
    expect(goodFor({ from: new Date(noon - age - hour), to: new Date(noon - age) }, noon)).toBe(expected);
  });
});

describe('what was counted of each step', () => {
  const counting = () => {
    const asked: number[] = [];
    const count = async ({ from }: { from: Date }) => {
      asked.push(from.getTime());
      return asked.length;
    };
    return { asked, count, steps: new CountedSteps<number>() };
  };

  test('is counted once, and what is recent again', async () => {
    const { asked, count, steps } = counting();
    await steps.read(1, noon, count);
    expect(asked).toHaveLength(24);
    await steps.read(1, noon + 1_000, count);
    expect(asked).toHaveLength(24);
    await steps.read(1, noon + 6_000, count);
    expect(asked.slice(24)).toEqual([stepsOf(1, noon).at(-1)?.from.getTime()]);
    // The other periods have steps of their own.
    await steps.read(7, noon, count);
    expect(asked).toHaveLength(25 + 28);
  });

  test('is not kept beyond its period', async () => {
    const { asked, count, steps } = counting();
    await steps.read(1, noon, count);
    await steps.read(1, noon + 30 * 24 * hour, count);
    expect(asked).toHaveLength(48);
    await steps.read(1, noon, count);
    expect(asked).toHaveLength(72);
  });

  test('is counted once for two at the same time, and again after a fault', async () => {
    const { asked, count, steps } = counting();
    await Promise.all([steps.read(1, noon, count), steps.read(1, noon, count)]);
    expect(asked).toHaveLength(24);
    const broken = new CountedSteps<number>();
    await expect(broken.read(1, noon, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect((await broken.read(1, noon, count)).figures).toHaveLength(24);
  });
});
