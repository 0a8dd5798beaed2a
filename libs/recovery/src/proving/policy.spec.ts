import type { Assurance } from '@rekey/accounts';
import {
  acrOf,
  defaultPolicy,
  initialMethods,
  keepsPassword,
  type ProofKind,
  readPolicy,
  remainingProofs,
  strongRolesOf,
  weaknesses,
} from './policy.js';

const assurance = (more: Partial<Assurance> = {}): Assurance => ({
  generation: '00000000-0000-4000-8000-000000000000',
  aal: 1,
  authenticators: [],
  reachable: true,
  stopped_at: null,
  ...more,
});
const strong = assurance({ aal: 2, authenticators: ['totp', 'backup_code'] });
const next = (of: Assurance, done: ProofKind[], policy = defaultPolicy) => {
  const outlook = remainingProofs(policy, of, done);
  return outlook.proven ? 'proven' : outlook.next;
};

describe('which proofs are enough', () => {
  test('an account without a second factor: one issued or one saved code [NIST 4.2.2.1]', () => {
    expect(next(assurance(), ['code'])).toBe('proven');
    expect(next(assurance(), ['backup_code'])).toBe('proven');
  });

  test.each([
    [['code'], ['totp', 'backup_code']],
    [['backup_code'], ['code', 'totp']],
    [['code', 'totp'], 'proven'],
    [['code', 'backup_code'], 'proven'],
    [['backup_code', 'totp'], 'proven'],
    [['totp'], ['code', 'backup_code']],
  ] as [ProofKind[], ProofKind[] | 'proven'][])(
    'an account with a second factor, after %j: %j [NIST 4.2.2.2, ASVS 6.4.3]',
    (done, expected) => {
      expect(next(strong, done)).toEqual(expected);
    },
  );

  test('what the account does not have is not asked for; with nothing left, staff have to help', () => {
    expect(next(assurance({ aal: 2, authenticators: ['totp'] }), ['code'])).toEqual(['totp']);
    expect(next(assurance({ aal: 2 }), ['code'])).toEqual([]);
    expect(next(assurance({ aal: 2, authenticators: ['totp'], reachable: false }), ['backup_code'])).toEqual([
      'totp',
    ]);
  });

  test('the roles that ask for more than the account does', () => {
    const roles = { staff: 2, reader: 1, root: 2 } as const;
    expect(strongRolesOf({ ...defaultPolicy, roles })).toEqual(['staff', 'root']);
    expect(strongRolesOf(defaultPolicy)).toEqual([]);
  });

  test('what anybody may begin with says nothing of anyone; an authenticator app is never the first', () => {
    expect(initialMethods(defaultPolicy)).toEqual(['code', 'backup_code']);
    expect(
      initialMethods({ ...defaultPolicy, aal1: [['issued']], aal2: [['issued', 'authenticator']] }),
    ).toEqual(['code']);
  });

  test('mail and SMS are one class; two classes are the higher context', () => {
    expect(acrOf(['code'])).toBe('urn:rekey:recovery:aal1');
    expect(acrOf(['code', 'totp'])).toBe('urn:rekey:recovery:aal2');
  });
});

describe('a policy that is read', () => {
  test('the default has no weakness; what is left out is as there', () => {
    expect(weaknesses(defaultPolicy)).toEqual([]);
    expect(readPolicy('{"roles": {"staff": 2}}')).toEqual({ ...defaultPolicy, roles: { staff: 2 } });
  });

  test.each([
    ['{', /not JSON/],
    ['{"aal2": [["issued"]]}', /aal2 \[issued\].*two classes/],
    ['{"aal2": [["issued", "issued"]]}', /the same class twice.*mail and SMS/],
    ['{"aal1": [["authenticator"]]}', /an authenticator alone/],
    ['{"aal2": []}', /aal2/],
    ['{"aal2": [[]]}', /aal2/],
    ['{"aal1": [["question"]]}', /aal1/],
    ['{"roles": {"staff": 3}}', /roles.staff/],
    ['{"aal3": []}', /aal3/],
  ])('%s is refused when it is loaded [ASVS 6.4.4]', (text, why) => {
    expect(() => readPolicy(text)).toThrow(why);
  });
});

test('the old password outlives a recovery for those clients only that the policy names', () => {
  const policy = readPolicy(
    '{"clients": {"old-app": {"keepPassword": true}, "app": {"keepPassword": false}}}',
  );
  const clients = ['old-app', 'app', 'default', 'constructor', '__proto__'];
  expect(clients.filter((id) => keepsPassword(policy, id))).toEqual(['old-app']);
  expect(() => readPolicy('{"clients": {"app": {"keep": true}}}')).toThrow(/clients\.app/);
});
