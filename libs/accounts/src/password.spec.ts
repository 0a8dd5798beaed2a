import { randomBytes } from 'node:crypto';
import { hash as argon2 } from '@node-rs/argon2';
import { hash as bcrypt } from '@node-rs/bcrypt';
import { Keyring } from '@rekey/kernel';
import { readPasswordHash } from './hashes/hashes.js';
import { checkPassword } from './password.js';
import { foreignCost, hashPassword, isForeignHash, sealHash, verifyPassword } from './password-hash.js';

const hashByBcrypt = (password: string) => bcrypt(password, 4);

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
  expect(readPasswordHash(hash)).toEqual({ stored: hash });
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

test('a hash from elsewhere is of the password as it was typed or as it is normalised [NIST 3.1.1.2]', async () => {
  const ring = new Keyring([{ id: 'a', key: randomBytes(32) }]);
  const decomposed = 'cafe\u0301 au lait, s’il vous plai\u0302t';
  const composed = decomposed.normalize('NFC');
  const ligature = '\ufb01ne, three of them \u2460\u2461\u2462';
  const cases: [hashed: string, typed: string, expected: boolean][] = [
    [decomposed, decomposed, true],
    [composed, decomposed, true],
    [decomposed, composed, false],
    [ligature, ligature, true],
    [ligature.normalize('NFKC'), ligature, true],
    [ligature, `${ligature}.`, false],
  ];
  for (const [hashed, typed, expected] of cases) {
    for (const stored of [
      await hashByBcrypt(hashed),
      await argon2(hashed, { memoryCost: 64, timeCost: 1, parallelism: 1 }),
      // At our own cost too.
      await argon2(hashed, { memoryCost: 19_456, timeCost: 2, parallelism: 1 }),
    ])
      expect(await verifyPassword(ring, { account: 'mei', stored }, typed)).toBe(expected);
  }
});

test('a stored text that is no hash refuses every password', async () => {
  const ring = new Keyring([{ id: 'a', key: randomBytes(32) }]);
  for (const stored of [
    '',
    'plain',
    '$6$salt$hash',
    '$2b$10$short',
    '$argon2id$v=19$m=1,t=1,p=1$c29tZXNhbHQ$',
  ])
    expect(await verifyPassword(ring, { account: 'mei', stored }, stored)).toBe(false);
});

test('a hash at our cost is ours; every other one is foreign, and its cost is stored', async () => {
  const hash = await hashPassword('a sentence that nobody else says');
  expect([isForeignHash(hash), foreignCost(hash)]).toEqual([false, null]);
  const blowfish = await hashByBcrypt('x');
  expect([isForeignHash(blowfish), foreignCost(blowfish)]).toEqual([true, 'bcrypt c=4']);
  const argon = '$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc';
  expect([isForeignHash(argon), foreignCost(argon)]).toEqual([true, 'm=65536,t=3,p=4']);
});
