import { hash } from '@node-rs/argon2';
import { hash as bcrypt } from '@node-rs/bcrypt';
import { costIn, costsToPay, openPasswordHash, readPasswordHash } from './hashes.js';
import { importedHashes, longBcrypt } from './imported-hashes.js';

const hashByBcrypt = (password: string) => bcrypt(password, 4);

const stored = (text: string): string => {
  const read = readPasswordHash(text);
  if ('refused' in read) throw new Error(read.refused);
  return read.stored;
};
const matches = async (text: string, password: string) =>
  openPasswordHash(stored(text))?.matches(Buffer.from(password));

test.each(importedHashes)('%s: the right password matches, and no other', async (_name, password, text) => {
  expect(await matches(text, password)).toBe(true);
  expect(await matches(text, `${password}.`)).toBe(false);
  expect(await matches(text, '')).toBe(false);
  // One stored form of all spellings: it is read as itself, and its cost can be paid.
  expect(readPasswordHash(stored(text))).toEqual({ stored: stored(text) });
  const cost = openPasswordHash(stored(text))?.cost ?? '';
  expect(costIn(cost)?.time).toBeGreaterThan(0);
  await costIn(cost)?.pay(Buffer.from(password));
});

test('argon2d is read too', async () => {
  const text = await hash('a sentence', { memoryCost: 64, timeCost: 2, parallelism: 2, algorithm: 0 });
  expect(text).toMatch(/^\$argon2d\$/);
  expect([await matches(text, 'a sentence'), await matches(text, 'another')]).toEqual([true, false]);
});

test('bcrypt reads 72 bytes and ends at a NUL, as where the hash comes from', async () => {
  expect(await matches(longBcrypt, 'é'.repeat(40))).toBe(true);
  expect(await matches(longBcrypt, `${'é'.repeat(36)}and more`)).toBe(true);
  expect(await matches(longBcrypt, 'é'.repeat(35))).toBe(false);
  const cut = await hashByBcrypt('abc');
  expect([await matches(cut, 'abc\0def'), await matches(cut, 'ab\0c')]).toEqual([true, false]);
  // WordPress and Django hash the password before: nothing is cut.
  for (const [name, password, text] of importedHashes) {
    if (!/WordPress|bcrypt_sha256/.test(name)) continue;
    expect(await matches(text, `${password}\0`.repeat(9))).toBe(false);
    if (name.startsWith('WordPress')) expect(await matches(text, ` ${password}\n`)).toBe(true);
  }
});

const salt = 'c29tZXNhbHQ';
const result = 'bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc';
const argon = (costs: string, more = `${salt}$${result}`) => `$argon2id$v=19$${costs}$${more}`;
const bcryptOf = (cost: string) => `$2b$${cost}$abcdefghijklmnopqrstuu2igwjFPWV25haAj20TwpNRnoqrd.kCa`;
const scryptOf = (costs: string) => `$scrypt$${costs}$${salt}$${result}`;
const keycloak = (data: object, secret: object = { value: result, salt }) =>
  JSON.stringify({ secretData: JSON.stringify(secret), credentialData: JSON.stringify(data) });

test.each([
  // RFC 9106 §3.1: m is at least 8 × p, t and p at least 1.
  [argon('m=16,t=1,p=2'), true],
  [argon('m=15,t=1,p=2'), 'm of argon2 must be 8 × p to 131072 (KiB)'],
  [argon('m=65536,t=0,p=1'), 't of argon2 must be at least 1, and m × t at most 786432'],
  [argon('m=65536,t=1,p=0'), 'p of argon2 must be 1 to 16'],
  [argon('m=102400,t=2,p=8'), true],
  [argon('m=131072,t=6,p=16'), true],
  [argon('m=131072,t=7,p=1'), 't of argon2 must be at least 1, and m × t at most 786432'],
  [argon('m=131073,t=1,p=1'), 'm of argon2 must be 8 × p to 131072 (KiB)'],
  [argon('m=65536,t=1,p=17'), 'p of argon2 must be 1 to 16'],
  [argon('m=9999999,t=999,p=99'), expect.any(String)],
  [argon('m=65536,t=1,p=1,keyid=a'), 'an argon2 hash must have m, t and p, and no other parameter'],
  [argon('m=65536,m=65536,p=1'), 'an argon2 hash must have m, t and p, and no other parameter'],
  [argon('m=65536,t=1,p=1', `c2FsdA$${result}`), 'the salt of argon2 must be at least 8 bytes'],
  [argon('m=65536,t=1,p=1', `${salt}$aGFzaA`), 'the result must be base64 of 16 to 1024 bytes'],
  [argon('m=65536,t=1,p=1', `${salt}$!`), 'the result must be base64 of 16 to 1024 bytes'],
  [`$argon2id$v=18$m=65536,t=1,p=1$${salt}$${result}`, 'v of argon2 must be 16 or 19'],
  [bcryptOf('04'), true],
  [bcryptOf('14'), true],
  [bcryptOf('03'), 'the cost of bcrypt must be 4 to 14'],
  [bcryptOf('15'), 'the cost of bcrypt must be 4 to 14'],
  [bcryptOf('31'), 'the cost of bcrypt must be 4 to 14'],
  [`bcrypt_sha256$${bcryptOf('31')}`, 'the cost of bcrypt must be 4 to 14'],
  [bcryptOf('10').slice(0, -1), expect.stringContaining('60 characters')],
  [bcryptOf('10').replace('2b', '2x'), expect.stringContaining('$2a$, $2b$ or $2y$')],
  [scryptOf('ln=17,r=8,p=1'), true],
  [scryptOf('ln=13,r=8,p=10'), true],
  [scryptOf('ln=18,r=8,p=1'), 'ln of scrypt must be 10 to 17 (N 1024 to 131072)'],
  [scryptOf('ln=9,r=8,p=1'), 'ln of scrypt must be 10 to 17 (N 1024 to 131072)'],
  [scryptOf('ln=16384,r=8,p=1'), true],
  [scryptOf('ln=16383,r=8,p=1'), 'ln of scrypt must be 10 to 17 (N 1024 to 131072)'],
  [scryptOf('ln=14,r=0,p=1'), 'r of scrypt must be at least 1, and N × r × p at most 1048576'],
  [scryptOf('ln=17,r=16,p=1'), 'r of scrypt must be at least 1, and N × r × p at most 1048576'],
  [scryptOf('ln=10,r=8,p=17'), 'p of scrypt must be 1 to 16'],
  [`$firescrypt$ln=14,r=8,p=1$${salt}$${result}$Bw==$a2V5`, expect.stringContaining('Firebase project')],
  [`$firescrypt$ln=14,r=8,p=1$${salt}$${result}`, expect.stringContaining('$signer_key')],
  [`$pbkdf2-sha256$i=999$${salt}$${result}`, expect.stringContaining('1000 to 3000000')],
  [`$pbkdf2-sha256$i=3000000$${salt}$${result}`, true],
  [`$pbkdf2-sha256$i=3000001$${salt}$${result}`, expect.stringContaining('1000 to 3000000')],
  // Sixteen blocks.
  [`$pbkdf2-sha256$i=200000$${salt}$${'A'.repeat(683)}`, expect.stringContaining('over all blocks')],
  [
    `$pbkdf2-md5$i=1000$${salt}$${result}`,
    'not a PBKDF2 hash: $pbkdf2-sha256$i=…$salt$result, pbkdf2_sha256$…$salt$result, or the credential of Keycloak',
  ],
  [`pbkdf2_sha224$1000$${salt}$${result}=`, 'the digest of PBKDF2 must be sha1, sha256, sha384, sha512'],
  [
    keycloak({ algorithm: 'pbkdf2-sha256', hashIterations: 999_999_999 }),
    expect.stringContaining('1000 to 3000000'),
  ],
  [
    keycloak({ algorithm: 'bcrypt', hashIterations: 10 }),
    expect.stringContaining('algorithm of a Keycloak credential'),
  ],
  [keycloak({ algorithm: 'pbkdf2' }), expect.stringContaining('iterations of PBKDF2 with sha1')],
  [keycloak({ algorithm: 'argon2', hashIterations: 2 }), expect.any(String)],
  ['{"secretData":1}', 'a credential of Keycloak must have secretData and credentialData'],
  ['{"secretData":', 'not a credential of Keycloak as JSON'],
  [
    '{"secretData":"null","credentialData":"null"}',
    expect.stringContaining('algorithm of a Keycloak credential'),
  ],
  ...[
    '',
    'x',
    '$6$salt$hash',
    '$y$j9T$salt$hash',
    '{SSHA}abc',
    '$P$Babc',
    '5f4dcc3b5aa765d61d8327deb882cf99',
    '$2',
    '$argon2',
  ].map((text): [string, unknown] => [text, expect.stringMatching(/^not an? /)]),
])('an imported hash is bounded, and the refusal names the bound: %s [CWE-400]', (text, expected) => {
  const read = readPasswordHash(text);
  expect('refused' in read ? read.refused : true).toEqual(expected);
});

const ours = 'm=19456,t=2,p=1';

test.each<[inUse: string[], sums: Record<string, number>]>([
  [['m=65536,t=3,p=4', 'm=32768,t=3,p=1'], { 'm=65536,t=3,p=4': 1, 'm=32768,t=3,p=1': 1 }],
  [['bcrypt c=10', 'bcrypt c=12'], { bcrypt: 4096 }],
  [
    ['pbkdf2-sha256 i=260000', 'pbkdf2-sha256 i=600000', 'pbkdf2-sha256 i=390000'],
    { 'pbkdf2-sha256': 600_000 },
  ],
  [
    ['bcrypt c=10', 'pbkdf2-sha1 i=1000', 'scrypt ln=14,r=8,p=1'],
    { bcrypt: 1024, 'pbkdf2-sha1': 1000, 'scrypt ln=14,r=8,p=1': 1 },
  ],
  [
    ['argon2i-16 m=4096,t=3,p=1', 'argon2d-16+19 m=4096,t=3,p=1'],
    { 'argon2i-16 m=4096,t=3,p=1': 1, 'argon2d-16+19 m=4096,t=3,p=1': 1 },
  ],
])('a refused password does the same work, whatever the row holds: %s [ASVS 6.3.8]', (inUse, sums) => {
  const work = (all: string[]) => {
    const sum: Record<string, number> = {};
    for (const one of all) {
      const [, rounds] = /^bcrypt c=(\d+)/.exec(one) ?? [];
      const [, digest, iterations] = /^(pbkdf2-\w+) i=(\d+)/.exec(one) ?? [];
      const kind = rounds ? 'bcrypt' : (digest ?? one);
      sum[kind] = (sum[kind] ?? 0) + (rounds ? 2 ** Number(rounds) : Number(iterations ?? 1));
    }
    return sum;
  };
  // No account, an account without a password or with one of our hashes; then each imported hash.
  for (const paid of [ours, ...inUse])
    expect(work([paid, ...costsToPay(paid, inUse)])).toEqual({ [ours]: 1, ...sums });
  expect(costsToPay(ours, [])).toEqual([]);
});

test('a refused password never costs more than the bounds of a hash, and at most three kinds are counted [CWE-400]', () => {
  const inUse = [
    'm=9999999,t=99,p=1',
    'bcrypt c=31',
    'scrypt ln=20,r=8,p=1',
    'pbkdf2-sha256 i=999999999',
    'rot13 n=13',
    'm=65536,t=1,p=1',
    'm=65536,t=2,p=1',
    'bcrypt c=12',
    'm=65536,t=3,p=1',
    'm=65536,t=4,p=1',
  ];
  expect(costsToPay(ours, inUse)).toEqual(['m=65536,t=4,p=1', 'bcrypt c=12', 'm=65536,t=3,p=1']);
});
