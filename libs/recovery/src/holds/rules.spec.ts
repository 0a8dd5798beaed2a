import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { readPolicy } from '../proving/policy.js';
import type { HoldFacts } from './facts.js';
import { type HoldRule, holdFor, holdRules } from './rules.js';

const nothing: HoldFacts = {
  new_browser: false,
  new_network: false,
  address_changed_hours: null,
  authenticator_changed_hours: null,
  stopped_before_hours: null,
  attempts: 0,
  started_by_staff: false,
  single_address: false,
  roles: [],
};
const conditionNames: (keyof HoldRule['when'])[] = [
  'newBrowser',
  'newNetwork',
  'addressChangedDays',
  'authenticatorChangedDays',
  'stoppedBeforeDays',
  'attempts',
  'startedByStaff',
  'singleAddress',
  'roles',
];
const rule = (when: HoldRule['when'], hours = 24, name = 'rule'): HoldRule => ({ name, hours, when });

describe('a rule holds a recovery', () => {
  test.each<[string, HoldRule['when'], Partial<HoldFacts>, boolean]>([
    ['by a new browser', { newBrowser: true }, { new_browser: true }, true],
    ['not by a known browser', { newBrowser: true }, {}, false],
    ['by a known browser, if it asks for that', { newBrowser: false }, {}, true],
    ['by a new network', { newNetwork: true }, { new_network: true }, true],
    ['not by a known network', { newNetwork: true }, { new_browser: true }, false],
    ['by both', { newBrowser: true, newNetwork: true }, { new_browser: true, new_network: true }, true],
    ['not by one of two', { newBrowser: true, newNetwork: true }, { new_browser: true }, false],
    ['by an address changed within 7 days', { addressChangedDays: 7 }, { address_changed_hours: 167 }, true],
    ['not by one changed 7 days ago', { addressChangedDays: 7 }, { address_changed_hours: 168 }, false],
    ['not by one that never changed', { addressChangedDays: 365 }, {}, false],
    ['by an address changed just now', { addressChangedDays: 1 }, { address_changed_hours: 0 }, true],
    ['by a changed app', { authenticatorChangedDays: 2 }, { authenticator_changed_hours: 47 }, true],
    ['not by one of 2 days ago', { authenticatorChangedDays: 2 }, { authenticator_changed_hours: 48 }, false],
    ['by a stop', { stoppedBeforeDays: 30 }, { stopped_before_hours: 719 }, true],
    ['not by an old stop', { stoppedBeforeDays: 30 }, { stopped_before_hours: 720 }, false],
    ['by many attempts', { attempts: 3 }, { attempts: 3 }, true],
    ['not by fewer', { attempts: 3 }, { attempts: 2 }, false],
    ['started by staff', { startedByStaff: true }, { started_by_staff: true }, true],
    ['not by a person', { startedByStaff: true }, {}, false],
    ['of an account with one address', { singleAddress: true }, { single_address: true }, true],
    ['not of one with more', { singleAddress: true }, {}, false],
    ['of a role', { roles: ['staff', 'root'] }, { roles: ['reader', 'root'] }, true],
    ['not of another role', { roles: ['staff'] }, { roles: ['reader'] }, false],
    ['not of an account without a role', { roles: ['staff'] }, {}, false],
  ])('%s', (_name, when, facts, expected) => {
    const held = { hours: 24, reasons: ['rule'] };
    expect(holdFor({ holds: [rule(when)] }, { ...nothing, ...facts })).toEqual(
      expected ? held : { hours: 0, reasons: [] },
    );
  });

  test('the longest of those that apply counts, and all of them are reasons', () => {
    const holds = [
      rule({ newBrowser: true }, 4, 'browser'),
      rule({ singleAddress: true }, 48, 'single'),
      rule({ attempts: 1 }, 72, 'attempts'),
      rule({ newNetwork: true }, 12, 'network'),
    ];
    const facts = { ...nothing, new_browser: true, new_network: true, single_address: true };
    expect(holdFor({ holds }, facts)).toEqual({ hours: 48, reasons: ['browser', 'single', 'network'] });
  });

  const hours = fc.option(fc.nat(10_000), { nil: null });
  const anyFacts: fc.Arbitrary<HoldFacts> = fc.record({
    new_browser: fc.boolean(),
    new_network: fc.boolean(),
    address_changed_hours: hours,
    authenticator_changed_hours: hours,
    stopped_before_hours: hours,
    attempts: fc.nat(20),
    started_by_staff: fc.boolean(),
    single_address: fc.boolean(),
    roles: fc.subarray(['staff', 'root', 'reader']),
  });
  const days = fc.integer({ min: 1, max: 365 });
  const anyRule: fc.Arbitrary<HoldRule> = fc.record({
    name: fc.stringMatching(/^[a-z]{8}$/),
    hours: fc.integer({ min: 1, max: 168 }),
    when: fc
      .record(
        {
          newBrowser: fc.boolean(),
          newNetwork: fc.boolean(),
          addressChangedDays: days,
          authenticatorChangedDays: days,
          stoppedBeforeDays: days,
          attempts: fc.integer({ min: 1, max: 20 }),
          startedByStaff: fc.boolean(),
          singleAddress: fc.boolean(),
          roles: fc.subarray(['staff', 'root', 'reader'], { minLength: 1 }),
        },
        { requiredKeys: [] },
      )
      .filter((when) => Object.keys(when).length > 0),
  });

  test('one rule more never shortens a hold, wherever it stands; one condition more never lengthens it', () => {
    fc.assert(
      fc.property(
        fc.array(anyRule, { maxLength: 6 }),
        anyRule,
        fc.nat(6),
        anyFacts,
        (holds, more, at, facts) => {
          const before = holdFor({ holds }, facts);
          const after = holdFor({ holds: holds.toSpliced(at, 0, more) }, facts);
          expect(after.hours).toBeGreaterThanOrEqual(before.hours);
          expect(after.reasons).toEqual(expect.arrayContaining(before.reasons));
          const stricter = holds.map((one) => ({ ...one, when: { ...more.when, ...one.when } }));
          expect(holdFor({ holds: stricter }, facts).hours).toBeLessThanOrEqual(before.hours);
          expect(holdRules.parse([more])).toEqual([more]);
        },
      ),
    );
  });
});

describe('the holds of a policy', () => {
  test('of the documentation may be used', () => {
    const blocks = readFileSync('docs/operate/policies.md', 'utf8').matchAll(/^```json\n(.*?)^```$/gms);
    const policies = [...blocks].map(([, json]) => readPolicy(json));
    expect(policies.map(({ holds }) => holds.length)).toEqual([0, 8]);
    // Every condition is shown.
    const shown = policies.flatMap(({ holds }) => holds.flatMap(({ when }) => Object.keys(when)));
    expect(new Set(shown)).toEqual(new Set(conditionNames));
  });

  test('are none by default', () => {
    expect(readPolicy('{}').holds).toEqual([]);
  });

  const ok = { name: 'a', hours: 24, when: { newBrowser: true } };
  test.each<[string, unknown, RegExp]>([
    [
      'a condition that does not exist',
      [{ ...ok, when: { newBrowsers: true } }],
      /^holds\.0\.when: .*newBrowsers/,
    ],
    ['no condition', [{ ...ok, when: {} }], /^holds\.0\.when: needs at least one condition$/],
    ['no hours', [{ ...ok, hours: 0 }], /^holds\.0\.hours: /],
    ['more than a week', [{ ...ok, hours: 169 }], /^holds\.0\.hours: /],
    ['half an hour', [{ ...ok, hours: 0.5 }], /^holds\.0\.hours: /],
    ['no name', [{ hours: 1, when: ok.when }], /^holds\.0\.name: /],
    ['a name with blanks', [{ ...ok, name: 'a b' }], /^holds\.0\.name: must be/],
    [
      'the name of the hold after a stop',
      [{ ...ok, name: 'holdAfterStop' }],
      /^holds\.0\.name: .*holdAfterStopHours/,
    ],
    ['a name twice', [ok, { ...ok, hours: 1 }], /^holds\.1\.name: "a" is the name of another rule$/],
    ['another member', [{ ...ok, unless: {} }], /^holds\.0: .*unless/],
    ['a number as a text', [{ ...ok, when: { attempts: '3' } }], /^holds\.0\.when\.attempts: /],
    ['no roles', [{ ...ok, when: { roles: [] } }], /^holds\.0\.when\.roles: /],
    ['no list', ok, /^holds: /],
    ['two problems', [{ ...ok, hours: -1, name: '' }], /^holds\.0\.name: .*\nholds\.0\.hours: /],
  ])('with %s are refused, and the problem is named', (_name, holds, problem) => {
    expect(() => readPolicy(JSON.stringify({ holds }))).toThrow(problem);
  });
});
