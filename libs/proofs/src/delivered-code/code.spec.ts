import { randomBytes } from 'node:crypto';
import { Keyring, uuidv7 } from '@rekey/kernel';
import fc from 'fast-check';
import { generateSync } from 'otplib';
import { type CodeBinding, codeShape, deriveCode, matchCode, plainCode } from './code.js';

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

test('the arithmetic is that of RFC 4226, appendix D', () => {
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

test('a code has its digits and is the same again, also after a rotation', () => {
  const mail = binding({ keyId: '2025' });
  expect(deriveCode(keyring, mail)).toMatch(/^\d{8}$/);
  expect(deriveCode(keyring, { ...mail, channel: 'sms' })).toMatch(/^\d{6}$/);
  expect(deriveCode(new Keyring([old]), mail)).toBe(deriveCode(keyring, mail));
  expect(deriveCode(new Keyring([{ id: 'new', key: randomBytes(32) }]), mail)).toBeUndefined();
});

test.each([
  ['recovery', { recoveryId: uuidv7(2) }],
  ['address', { boundTo: randomBytes(32) }],
  ['counter', { counter: 2 }],
  ['key', { keyId: '2025' }],
])('another %s is another code', (_name, change) => {
  // One in 10^8 of these would be equal by chance; eight in a row are not.
  const differs = Array.from({ length: 8 }, () => binding()).some(
    (bound) => deriveCode(keyring, bound) !== deriveCode(keyring, { ...bound, ...change }),
  );
  expect(differs).toBe(true);
});

test('codes are spread evenly, leading zeros included', () => {
  const first = Array<number>(10).fill(0);
  const rounds = 10_000;
  for (let n = 0; n < rounds; n++) {
    const code = deriveCode(keyring, binding({ channel: 'sms', counter: n })) ?? '';
    first[Number(code[0])]!++;
  }
  const expected = rounds / 10;
  const chiSquare = first.reduce((sum, seen) => sum + (seen - expected) ** 2 / expected, 0);
  // 9 degrees of freedom; beyond 33.7 once in ten thousand runs.
  expect(chiSquare).toBeLessThan(33.7);
});

test('the last two are right, with spaces and hyphens; nothing else is', () => {
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

test('no guess is right where no message was sent', () => {
  fc.assert(fc.property(fc.string(), (typed) => !matchCode(keyring, typed, [])));
});

test('full-width digits of an input method are digits', () => {
  expect(plainCode('１２３ ４５６')).toBe('123456');
  expect(codeShape.lifetimeMs).toBe(600_000);
});
