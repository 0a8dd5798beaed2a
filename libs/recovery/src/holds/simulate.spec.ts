import { isChanged, simulateHolds } from './simulate.js';

const at = new Date(0);
const facts = {
  new_browser: true,
  new_network: false,
  address_changed_hours: null,
  authenticator_changed_hours: 30,
  stopped_before_hours: null,
  attempts: 1,
  started_by_staff: false,
  single_address: false,
  roles: ['staff'],
};
const decided = (id: string, hold: unknown) => ({ recovery_id: id, at, hold });
const hold = (more: object = {}) => ({ hours: 0, rules: [], after_stop: false, facts, ...more });
const rule = (name: string, hours: number, when: object) => ({ name, hours, when });

describe('holds of recorded decisions under two policies', () => {
  const before = { holdAfterStopHours: 24, holds: [rule('browser', 4, { newBrowser: true })] };

  test('change by the rules, and by the hold after a stop', () => {
    const after = {
      holdAfterStopHours: 2,
      holds: [
        rule('browser', 4, { newBrowser: true, newNetwork: true }),
        rule('app', 1, { authenticatorChangedDays: 2 }),
      ],
    };
    const { replayed, in_force, simulated } = simulateHolds(
      [
        decided('a', hold()),
        decided('b', hold({ after_stop: true })),
        decided('c', hold({ facts: { ...facts, new_browser: false } })),
      ],
      { inForce: before, other: after },
    );
    expect(replayed.map(({ in_force: now, simulated: then }) => [now, then])).toEqual([
      [
        { hours: 4, rules: ['browser'] },
        { hours: 1, rules: ['app'] },
      ],
      [
        { hours: 24, rules: ['holdAfterStop', 'browser'] },
        { hours: 2, rules: ['holdAfterStop', 'app'] },
      ],
      [
        { hours: 0, rules: [] },
        { hours: 1, rules: ['app'] },
      ],
    ]);
    expect(in_force).toEqual({ held: 2, hours: 28, by_rule: { holdAfterStop: 1, browser: 2 } });
    expect(simulated).toEqual({ held: 3, hours: 4, by_rule: { holdAfterStop: 1, browser: 0, app: 3 } });
  });

  test('do not change under the same policy', () => {
    const { replayed } = simulateHolds([decided('a', hold())], { inForce: before, other: before });
    expect(replayed.map(isChanged)).toEqual([false]);
  });

  test.each([
    ['nothing', null],
    ['no facts', hold({ facts: null })],
    ['a fact too few', hold({ facts: { ...facts, attempts: undefined } })],
    ['a fact of another type', hold({ facts: { ...facts, new_browser: 'yes' } })],
  ])('cannot be told from %s', (_name, of) => {
    const { not_recorded, replayed, recoveries } = simulateHolds([decided('a', of)], {
      inForce: before,
      other: before,
    });
    expect([not_recorded, replayed, recoveries]).toEqual([['a'], [], 1]);
  });
});
