import type { Assurance } from '@rekey/accounts';
import type { ProofKind } from '@rekey/proofs';
import {
  acrOf,
  defaultPolicy,
  initialMethods,
  keepsPassword,
  readPolicy,
  remainingProofs,
  strongRolesOf,
  weaknesses,
} from './policy.js';

const assurance = (more: Partial<Assurance> = {}): Assurance => ({
  generation: '00000000-0000-4000-8000-000000000000',
  aal: 1,
  authenticators: [],
  reachable: ['email'],
  stopped_at: null,
  ...more,
});
const strong = assurance({ aal: 2, authenticators: ['totp', 'backup_code'] });
const next = (of: Assurance, done: ProofKind[], policy = defaultPolicy) => {
  const outlook = remainingProofs(policy, of, done);
  return outlook.proven ? 'proven' : outlook.next;
};

describe('the proofs that are enough', () => {
  test('an account without a second factor needs one issued or one saved code [NIST 4.2.2.1]', () => {
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
    'an account with a second factor needs, after %j: %j [NIST 4.2.2.2, ASVS 6.4.3]',
    (done, expected) => {
      expect(next(strong, done)).toEqual(expected);
    },
  );

  test('a proof that the account lacks is not required; with none left, only support can help', () => {
    expect(next(assurance({ aal: 2, authenticators: ['totp'] }), ['code'])).toEqual(['totp']);
    expect(next(assurance({ aal: 2 }), ['code'])).toEqual([]);
    expect(next(assurance({ aal: 2, authenticators: ['totp'], reachable: [] }), ['backup_code'])).toEqual([
      'totp',
    ]);
  });

  test('without SMS a phone is no way to get a code', () => {
    const withoutSms = { ...defaultPolicy, withoutSms: true };
    const of = (reachable: Assurance['reachable']) =>
      next(assurance({ aal: 2, authenticators: ['totp'], reachable }), ['backup_code'], withoutSms);
    expect(of(['sms'])).toEqual(['totp']);
    expect(of(['email', 'sms'])).toEqual(['code', 'totp']);
  });

  test('a role can require a second factor', () => {
    const roles = { staff: 2, reader: 1, root: 2 } as const;
    expect(strongRolesOf({ ...defaultPolicy, roles })).toEqual(['staff', 'root']);
    expect(strongRolesOf(defaultPolicy)).toEqual([]);
  });

  test('the initial methods are the same for everyone, and never an authenticator app', () => {
    expect(initialMethods(defaultPolicy)).toEqual(['code', 'backup_code']);
    expect(
      initialMethods({ ...defaultPolicy, aal1: [['issued']], aal2: [['issued', 'authenticator']] }),
    ).toEqual(['code']);
  });

  test('mail and SMS are one class, and two classes are the higher level', () => {
    expect(acrOf(['code'])).toBe('urn:rekey:recovery:aal1');
    expect(acrOf(['code', 'totp'])).toBe('urn:rekey:recovery:aal2');
  });

  test('an attested identity is enough at either level, and claims none', () => {
    for (const aal of [1, 2] as const) {
      const nothing = { generation: '', aal, authenticators: [], reachable: [], stopped_at: null };
      expect(remainingProofs(defaultPolicy, nothing, [])).toEqual({ proven: false, next: [] });
      expect(remainingProofs(defaultPolicy, nothing, ['attested'])).toEqual({ proven: true });
    }
    expect([acrOf(['attested']), acrOf(['code', 'attested'])]).toEqual([
      'urn:rekey:recovery:attested',
      'urn:rekey:recovery:attested',
    ]);
  });
});

describe('loading a policy', () => {
  test('the default has no weakness, and replaces missing fields', () => {
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

test('a recovery keeps the old password only for clients that the policy names', () => {
  const policy = readPolicy(
    '{"clients": {"old-app": {"keepPassword": true}, "app": {"keepPassword": false}}}',
  );
  const clients = ['old-app', 'app', 'default', 'constructor', '__proto__'];
  expect(clients.filter((id) => keepsPassword(policy, id))).toEqual(['old-app']);
  expect(() => readPolicy('{"clients": {"app": {"keep": true}}}')).toThrow(/clients\.app/);
});
