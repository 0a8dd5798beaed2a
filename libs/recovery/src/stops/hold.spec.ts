import { waitsUntil } from './hold.js';

/** Hours on one clock. */
const at = (hours: number) => new Date(hours * 3_600_000);

describe('until when a recovery waits', () => {
  test.each([
    ['never stopped', null, null, null, 100, undefined],
    ['stopped, and proved now', 90, null, null, 100, [124, 90]],
    ['being held', 90, 124, 90, 110, [124, 90]],
    ['has waited', 90, 124, 90, 124, undefined],
    ['held, and something else stopped meanwhile', 110, 124, 90, 120, [124, 90]],
    ['has waited, and something else was stopped meanwhile', 110, 124, 90, 130, undefined],
    ['has waited, and was stopped after that', 130, 124, 90, 140, [164, 130]],
    ['has waited for a stop from a clock that is ahead', 130, 124, 130, 124, undefined],
    ['stopped a month ago', 0, null, null, 31 * 24, undefined],
    ['being held, and another one completed meanwhile', null, 124, 90, 110, [124, 90]],
    ['has waited, and another one completed meanwhile', null, 124, 90, 124, undefined],
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
