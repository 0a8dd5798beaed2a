import { isRefused } from '@rekey/kernel';
import fc from 'fast-check';
import { normaliseIdentifier } from './identifier.js';

const read = (text: string, country?: string) => normaliseIdentifier(text, { country });

test.each([
  ['Mei@Example.COM', undefined, 'email', 'Mei@example.com', 'mei@example.com'],
  [' a.b+c@example.com ', undefined, 'email', 'a.b+c@example.com', 'a.b+c@example.com'],
  ['mei@例子.中国', undefined, 'email', 'mei@xn--fsqu00a.xn--fiqs8s', 'mei@xn--fsqu00a.xn--fiqs8s'],
  ['+1 202 555 0123', undefined, 'phone', '+12025550123', '+12025550123'],
  ['(202) 555-0123', 'us', 'phone', '+12025550123', '+12025550123'],
  ['138 0013 8000', 'CN', 'phone', '+8613800138000', '+8613800138000'],
  ['１３８００１３８０００', 'CN', 'phone', '+8613800138000', '+8613800138000'],
  ['12345678', undefined, 'username', '12345678', '12345678'],
  ['Ada.Lovelace', undefined, 'username', 'ada.lovelace', 'ada.lovelace'],
])('%s (%s) is %s %s', (text, country, kind, value, lookup) => {
  expect(read(text, country)).toEqual({ kind, value, lookup });
});

test.each([
  '',
  '   ',
  'a@',
  '@b.c',
  'a b@c.d',
  'a@b..c',
  'a\u0000b',
  'a\u200bb',
  'a\r\nBcc: x@y.z',
  '+1 555',
  'two words',
  'x'.repeat(255),
  '"q"@e.x',
])('%j is refused', (text) => {
  expect(isRefused(read(text))).toBe(true);
});

test('reading is idempotent, and no letter look-alike is folded into another', () => {
  fc.assert(
    fc.property(fc.oneof(fc.emailAddress(), fc.string({ unit: 'grapheme' })), (text) => {
      const once = read(text);
      if (isRefused(once)) return;
      expect(read(once.value)).toEqual(once);
    }),
  );
  expect(read('раypal@example.com')).not.toEqual(read('paypal@example.com'));
});
