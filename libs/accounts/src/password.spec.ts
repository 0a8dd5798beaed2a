import { randomBytes } from 'node:crypto';
import { Keyring } from '@rekey/kernel';
import { checkPassword } from './password.js';
import {
  costsToPay,
  foreignCost,
  hashPassword,
  isForeignHash,
  isPasswordHash,
  sealHash,
  verifyPassword,
} from './password-hash.js';

const reason = (password: string) =>
  checkPassword(password, { contextWords: ['Rekey', 'mei.lin'] })?.data.reason;

test.each([
  ['correct horse battery', undefined],
  ['雨が降る前に帰りましょうね今日は', undefined],
  ['🐙🦑🦀🐚🐠🐟🐡🦈🐳🐋🐬🦭🐊🐢🦎', undefined],
  ['x'.repeat(8), 'too_short'],
  ['fourteen chars', 'too_short'],
  [`${'long enough '.repeat(22)}`, 'too_long'],
  ['aaaaaaaaaaaaaaaaaa', 'blocklisted'],
  ['passwordpassword', 'blocklisted'],
  ['abcabcabcabcabcabc', 'blocklisted'],
  ['12345678901234567', 'blocklisted'],
  ['qwertyuiopasdfghjkl', 'blocklisted'],
  ['!!2024basketball2024!!', 'blocklisted'],
  ['mei.lin-mei.lin-1', 'too_similar'],
  ['rekeyrekeyrekey!!', 'too_similar'],
])(
  'a new password is long enough and not common: %s: %s [ASVS 6.2.1, ASVS 6.2.4, NIST 3.1.1.2]',
  (password, expected) => {
    expect(reason(password)).toBe(expected);
  },
);

test('a password is the same in each Unicode form, and is stored as argon2id [NIST 3.1.1.2, ASVS 11.4.2]', async () => {
  const hash = await hashPassword('café au lait, s’il vous plaît');
  expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(isPasswordHash(hash)).toBe(true);
  const ring = new Keyring([{ id: 'a', key: randomBytes(32) }]);
  const verify = (stored: string, password: string, account = 'mei', keys = ring) =>
    verifyPassword(keys, { account, stored }, password);
  expect(await verify(hash, 'cafe\u0301 au lait, s’il vous plai\u0302t')).toBe(true);
  expect(await verify(hash, 'cafe au lait, s’il vous plaît')).toBe(false);
  expect(await verifyPassword(ring, undefined, 'anything')).toBe(false);
});

test('a stored hash is sealed for one account under a key that the database does not hold [NIST 3.1.1.2, ASVS 11.4.2]', async () => {
  const key = { id: 'a', key: randomBytes(32) };
  const ring = new Keyring([key]);
  const right = 'a sentence that nobody else says';
  const stored = sealHash(ring, 'mei', await hashPassword(right));
  expect(stored).toMatch(/^\\x[0-9a-f]+$/);
  const verify = (keys: Keyring, account: string) => verifyPassword(keys, { account, stored }, right);
  expect(await verify(ring, 'mei')).toBe(true);
  expect(await verify(new Keyring([{ id: 'b', key: randomBytes(32) }, key]), 'mei')).toBe(true);
  // No password is right in another row, with another keyring, or with another key of the same id.
  expect(await verify(ring, 'sam')).toBe(false);
  expect(await verify(new Keyring([{ id: 'b', key: randomBytes(32) }]), 'mei')).toBe(false);
  expect(await verify(new Keyring([{ id: 'a', key: randomBytes(32) }]), 'mei')).toBe(false);
});

test.each([
  ['m=19456,t=2,p=1', true, false],
  ['m=65536,t=3,p=4', true, true],
  ['m=131072,t=6,p=4', true, true],
  ['m=19455,t=2,p=1', false, true],
  ['m=131073,t=1,p=1', false, true],
  ['m=65536,t=7,p=1', false, true],
  ['m=65536,t=0,p=1', false, true],
  ['m=65536,t=3,p=5', false, true],
  ['m=9999999,t=999,p=99', false, true],
  ['m=8,t=1,p=1', false, true],
])('an imported hash with %s may be put: %s [CWE-400]', (costs, allowed, foreign) => {
  const hash = `$argon2id$v=19$${costs}$${'A'.repeat(22)}$${'A'.repeat(43)}`;
  expect([isPasswordHash(hash), isForeignHash(hash)]).toEqual([allowed, foreign]);
});

test('a refused password takes the same time, whatever the row holds [ASVS 6.3.8]', () => {
  const ours = 'm=19456,t=2,p=1';
  const inUse = ['m=65536,t=3,p=4', 'm=32768,t=3,p=1'];
  const paidInAll = (stored: string) => [stored, ...costsToPay(stored, inUse)].sort();
  // No account, an account without a password, one of our hashes, and each imported hash.
  for (const stored of [ours, ...inUse]) expect(paidInAll(stored)).toEqual([ours, ...inUse].sort());
  expect(costsToPay(ours, [])).toEqual([]);
  expect(foreignCost(`$argon2id$v=19$${inUse[0]}$c2FsdA$aGFzaA`)).toBe(inUse[0]);
  expect(foreignCost(`$argon2id$v=19$${ours}$c2FsdA$aGFzaA`)).toBeNull();
});

test('a refused password never costs more than the bounds of a hash, and at most three imported cost settings are counted [CWE-400]', () => {
  const ours = 'm=19456,t=2,p=1';
  const inUse = [
    'm=9999999,t=99,p=1',
    'm=65536,t=1,p=1',
    'm=65536,t=2,p=1',
    'm=65536,t=3,p=1',
    'm=65536,t=4,p=1',
  ];
  expect(costsToPay(ours, inUse)).toEqual(['m=65536,t=4,p=1', 'm=65536,t=3,p=1', 'm=65536,t=2,p=1']);
});
