import type { HoldFacts } from './facts.js';
import { decideHold, type HoldState } from './hold.js';

const at = (hours: number) => new Date(hours * 3_600_000);
const facts: HoldFacts = {
  new_browser: true,
  new_network: false,
  address_changed_hours: null,
  authenticator_changed_hours: null,
  stopped_before_hours: null,
  attempts: 0,
  started_by_staff: false,
  single_address: false,
  roles: [],
};
const state: HoldState = { stop: null, heldUntil: null, heldFor: null, heldBy: null, facts, now: at(100) };
const browser = { name: 'browser', hours: 48, when: { newBrowser: true } };
const stop = at(90).toISOString();

describe('a recovery with enough proofs', () => {
  test.each<[string, object[], number, Partial<HoldState>, [number, string[]] | undefined]>([
    ['is held by a rule', [browser], 24, {}, [148, ['browser']]],
    ['is not held without a rule', [], 24, {}, undefined],
    [
      'is not held by a rule that does not apply',
      [browser],
      24,
      { facts: { ...facts, new_browser: false } },
      undefined,
    ],
    ['is held after a stop alone', [], 24, { stop }, [124, []]],
    ['is held by the longer of both: the rule', [browser], 24, { stop }, [148, ['browser']]],
    ['is held by the longer of both: the stop', [browser], 72, { stop }, [172, ['browser']]],
    ['is held by a rule also without holds after stops', [browser], 0, { stop }, [148, ['browser']]],
    [
      'is not held again when its hold is over',
      [browser],
      24,
      { heldBy: ['other'], heldUntil: at(100) },
      undefined,
    ],
    [
      'is not held again by a rule after a stop',
      [browser],
      24,
      { heldBy: [], heldUntil: at(99), heldFor: stop, stop },
      undefined,
    ],
    [
      'is held again for a new stop',
      [browser],
      24,
      { heldBy: ['browser'], heldUntil: at(80), stop },
      [124, ['browser']],
    ],
    [
      'stays held when the policy has lost the rule',
      [],
      0,
      { heldBy: ['browser'], heldUntil: at(101) },
      [101, ['browser']],
    ],
    [
      'is no longer held when holds after stops are off',
      [],
      0,
      { heldBy: [], heldUntil: at(101), heldFor: stop, stop },
      undefined,
    ],
    [
      'waits at least as long as before, proved anew',
      [browser],
      24,
      { heldUntil: at(200) },
      [200, ['browser']],
    ],
  ])('%s', (_name, holds, holdAfterStopHours, more, expected) => {
    const policy = { holds: holds as never, holdAfterStopHours };
    const { hold } = decideHold(policy, { ...state, ...more });
    expect(hold && [hold.until.getTime() / 3_600_000, hold.by]).toEqual(expected);
  });

  test('is not proven without its facts, while there are rules', () => {
    const policy = { holds: [browser], holdAfterStopHours: 24 };
    expect(() => decideHold(policy, { ...state, facts: null })).toThrow(/without its facts/);
    expect(decideHold({ ...policy, holds: [] }, { ...state, facts: null }).decision).toMatchObject({
      facts: null,
      hours: 0,
    });
  });

  test('leaves a decision that says why, and whether a stop would have held it', () => {
    const decide = (holds: object[], holdAfterStopHours: number) =>
      decideHold({ holds: holds as never, holdAfterStopHours }, { ...state, stop }).decision;
    expect(decide([browser], 24)).toEqual({
      hours: 48,
      rules: ['holdAfterStop', 'browser'],
      after_stop: true,
      facts,
    });
    expect(decide([], 0)).toEqual({ hours: 0, rules: [], after_stop: true, facts });
  });
});
