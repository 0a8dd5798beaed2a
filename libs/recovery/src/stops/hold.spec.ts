import { waitsUntil } from './hold.js';

/** Hours on one clock. */
const at = (hours: number) => new Date(hours * 3_600_000);

describe('the time until which a recovery is held', () => {
  test.each([
    ['never stopped', null, null, null, 100, undefined],
    ['another was stopped, and it is proved now', 90, null, null, 100, [124, 90]],
    ['the hold runs', 90, 124, 90, 110, [124, 90]],
    ['the hold is over', 90, 124, 90, 124, undefined],
    ['the hold runs, and another stop came', 110, 124, 90, 120, [124, 90]],
    ['the hold is over, and another stop came during it', 110, 124, 90, 130, undefined],
    ['the hold is over, and another stop came after it', 130, 124, 90, 140, [164, 130]],
    ['the hold is over, for a stop by a clock that is ahead', 130, 124, 130, 124, undefined],
    ['another was stopped a month ago', 0, null, null, 31 * 24, undefined],
    ['the hold runs, and another recovery completed', null, 124, 90, 110, [124, 90]],
    ['the hold is over, and another recovery completed', null, 124, 90, 124, undefined],
  ] as const)('%s', (_name, stopped, heldUntil, heldFor, now, expected) => {
    const stop = (hours: number | null) => (hours === null ? null : at(hours).toISOString());
    const of = {
      stop: stop(stopped),
      heldUntil: heldUntil === null ? null : at(heldUntil),
      heldFor: stop(heldFor),
      now: at(now),
    };
    expect(waitsUntil({ holdAfterStopHours: 24 }, of)).toEqual(
      expected && { until: at(expected[0]), for: stop(expected[1]) },
    );
    expect(waitsUntil({ holdAfterStopHours: 0 }, of)).toBeUndefined();
  });
});
