import { randomBytes } from 'node:crypto';
import { Keyring, uuidv7 } from '@rekey/kernel';
import fc from 'fast-check';
import { generateSync } from 'otplib';
import { type CodeBinding, codeShape, deriveCode, matchCode } from './code.js';

const old = { id: '2025', key: randomBytes(32) };
const keyring = new Keyring([{ id: '2026', key: randomBytes(32) }, old]);
const binding = (more: Partial<CodeBinding> = {}): CodeBinding => ({
  recoveryId: uuidv7(1),
  channel: 'email',
  boundTo: randomBytes(32),
  counter: 1,
  keyId: '2026',
  ...more,
});

test('HOTP has the values of RFC 4226, appendix D', () => {
  const secret = Buffer.from('12345678901234567890');
  const codes = Array.from({ length: 10 }, (_, counter) =>
    generateSync({ strategy: 'hotp', secret, counter, digits: 6 }),
  );
  expect(codes).toEqual([
    '755224',
    '287082',
    '359152',
    '969429',
    '338314',
    '254676',
    '287922',
    '162583',
    '399871',
    '520489',
  ]);
});

test('a code has its number of digits and is derived again, also after a key rotation', () => {
  const mail = binding({ keyId: '2025' });
  expect(deriveCode(keyring, mail)).toMatch(/^\d{8}$/);
  expect(deriveCode(keyring, { ...mail, channel: 'sms' })).toMatch(/^\d{6}$/);
  expect(deriveCode(new Keyring([old]), mail)).toBe(deriveCode(keyring, mail));
  expect(deriveCode(new Keyring([{ id: 'new', key: randomBytes(32) }]), mail)).toBeUndefined();
});

test.each([8, 10, 12, 20])(
  'a code of %d digits differs from the other lengths and contains none of them',
  (digits) => {
    const bound = binding({ channel: 'sms' });
    const long = deriveCode(keyring, { ...bound, digits }) ?? '';
    expect(long).toMatch(new RegExp(`^\\d{${digits}}$`));
    expect(deriveCode(keyring, { ...bound, digits })).toBe(long);
    // One in a million is equal by chance, but never eight of them.
    const others = Array.from({ length: 8 }, (_, at) => ({ ...bound, counter: at }));
    expect(
      others.every((other) => {
        const usual = deriveCode(keyring, other) ?? '?';
        return deriveCode(keyring, { ...other, digits })?.includes(usual);
      }),
    ).toBe(false);
    expect(matchCode(keyring, long.replace(/\d{4}/g, '$& '), [{ ...bound, digits }])).toBeDefined();
    expect(matchCode(keyring, long, [bound])).toBeUndefined();
    expect(matchCode(keyring, deriveCode(keyring, bound) ?? '', [{ ...bound, digits }])).toBeUndefined();
  },
);

test('the digits of a long code are evenly distributed at each position', () => {
  const rounds = 4_000;
  const seen = Array.from({ length: 12 }, () => Array<number>(10).fill(0));
  for (let n = 0; n < rounds; n++) {
    const code = deriveCode(keyring, binding({ channel: 'sms', counter: n, digits: 12 })) ?? '';
    for (const [at, digit] of [...code].entries()) seen[at]![Number(digit)]!++;
  }
  const expected = rounds / 10;
  // With 9 degrees of freedom a value above 39 occurs about once in a hundred thousand runs.
  for (const place of seen)
    expect(place.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)).toBeLessThan(39);
});

test.each([
  ['recovery', { recoveryId: uuidv7(2) }],
  ['address', { boundTo: randomBytes(32) }],
  ['counter', { counter: 2 }],
  ['key', { keyId: '2025' }],
])('another %s gives another code', (_name, change) => {
  // One in 10^8 is equal by chance, but never eight in a row.
  const differs = Array.from({ length: 8 }, () => binding()).some(
    (bound) => deriveCode(keyring, bound) !== deriveCode(keyring, { ...bound, ...change }),
  );
  expect(differs).toBe(true);
});

test('codes are evenly distributed, with leading zeros', () => {
  const first = Array<number>(10).fill(0);
  const rounds = 10_000;
  for (let n = 0; n < rounds; n++) {
    const code = deriveCode(keyring, binding({ channel: 'sms', counter: n })) ?? '';
    first[Number(code[0])]!++;
  }
  const expected = rounds / 10;
  const chiSquare = first.reduce((sum, seen) => sum + (seen - expected) ** 2 / expected, 0);
  // With 9 degrees of freedom a value above 33.7 occurs once in ten thousand runs.
  expect(chiSquare).toBeLessThan(33.7);
});

test('the last two codes are right, with spaces and hyphens, and no others', () => {
  const [one, two] = [binding(), binding({ counter: 2 })];
  const code = deriveCode(keyring, two) ?? '';
  expect(matchCode(keyring, code, [one, two])).toBe(two);
  expect(matchCode(keyring, deriveCode(keyring, one) ?? '', [one, two])).toBe(one);
  expect(matchCode(keyring, ` ${code.slice(0, 4)}–${code.slice(4)}\u00a0`, [two])).toBe(two);
  expect(matchCode(keyring, code, [one])).toBeUndefined();
  expect(matchCode(keyring, code, [])).toBeUndefined();
  expect(matchCode(keyring, '', [])).toBeUndefined();
  expect(matchCode(keyring, `${code}0`, [two])).toBeUndefined();
});

test('no attempt is right when no message was sent', () => {
  fc.assert(fc.property(fc.string(), (typed) => !matchCode(keyring, typed, [])));
});

test.each(['email', 'sms'] as const)(
  'a code by %s is right as it is pasted, with the text around it',
  (channel) => {
    const sent = binding({ channel });
    const code = deriveCode(keyring, sent) ?? '';
    const half = code.length / 2;
    const grouped = `${code.slice(0, half)} ${code.slice(half)}`;
    const other = (Number(code[0]) + 1) % 10;
    for (const typed of [
      `${code.slice(0, half)}\u200b${code.slice(half)}`,
      `“${grouped}”.`,
      `${grouped} is your code. It works for 10 min.\n\n@localhost #${code}`,
      code.replace(/\d/g, (digit) => String.fromCodePoint(0x660 + Number(digit))),
    ])
      expect({ typed, right: matchCode(keyring, typed, [sent]) === sent }).toEqual({ typed, right: true });
    for (const typed of [`${code}0`, `0${code}`, `${code} ${other}${code.slice(1)}`])
      expect({ typed, right: matchCode(keyring, typed, [sent]) === sent }).toEqual({ typed, right: false });
  },
);

test('a code lives for ten minutes', () => {
  expect(codeShape.lifetimeMs).toBe(600_000);
});
