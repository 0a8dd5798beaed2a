import { waitsUntil } from './held.js';

/** Hours on one clock. */
const at = (hours: number) => new Date(hours * 3_600_000);

describe('until when a recovery waits', () => {
  test.each([
    ['never stopped', null, null, 100, undefined],
    ['stopped, and proved now', 90, null, 100, 124],
    ['being held', 90, 124, 110, 124],
    ['has waited', 90, 124, 124, undefined],
    ['held, and something else stopped meanwhile', 110, 124, 120, 124],
    ['has waited, and was stopped after that', 130, 124, 140, 164],
    ['stopped a month ago', 0, null, 31 * 24, undefined],
    ['being held, and another one completed meanwhile', null, 124, 110, 124],
    ['has waited, and another one completed meanwhile', null, 124, 124, undefined],
  ] as const)('%s', (_name, stopped, held, now, expected) => {
    const of = {
      stoppedAt: stopped === null ? null : at(stopped),
      heldUntil: held === null ? null : at(held),
      now: at(now),
    };
    expect(waitsUntil({ holdAfterStopHours: 24 }, of)).toEqual(
      expected === undefined ? undefined : at(expected),
    );
    expect(waitsUntil({ holdAfterStopHours: 0 }, of)).toBeUndefined();
  });
});
