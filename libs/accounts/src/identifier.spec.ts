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
  ['＋１ ２０２ ５５５ ０１２３', undefined, 'phone', '+12025550123', '+12025550123'],
  ['⁺¹²⁰²⁵⁵⁵⁰¹²³', undefined, 'phone', '+12025550123', '+12025550123'],
  ['mei＠example.com', undefined, 'email', 'mei@example.com', 'mei@example.com'],
  ['\u202amei@example.com\u202c', undefined, 'email', 'mei@example.com', 'mei@example.com'],
  ['m\u00adei\u200b@exam\u2060ple.com', undefined, 'email', 'mei@example.com', 'mei@example.com'],
  ['mei@example.com\u200b \ufeff', undefined, 'email', 'mei@example.com', 'mei@example.com'],
  ['\u2068ada\u2069', undefined, 'username', 'ada', 'ada'],
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
  '\u200b',
  'a\r\nBcc: x@y.z',
  '+1 555',
  'two words',
  'x'.repeat(255),
  '"q"@e.x',
  '＠',
  '﹫',
  '⁺1',
])('%j is refused', (text) => {
  expect(isRefused(read(text))).toBe(true);
});

test('no character that folds into another makes a user name that reads as an address or as another name', () => {
  const foldable = Array.from({ length: 0x110000 }, (_, code) => String.fromCodePoint(code)).filter(
    (character) => character !== character.normalize('NFKC'),
  );
  expect(foldable.length).toBeGreaterThan(4_000);
  const texts = foldable.flatMap((it) => [it, `1${it}`, `${it}1`, `a${it}b`, `${it}12025550123`]);
  const changing = texts.filter((text) => {
    const once = read(text);
    return !isRefused(once) && JSON.stringify(read(once.value)) !== JSON.stringify(once);
  });
  expect(changing).toEqual([]);
});

test('normalisation is idempotent, and folds no look-alike letter into another', () => {
  fc.assert(
    fc.property(fc.oneof(fc.emailAddress(), fc.string({ unit: 'grapheme' })), (text) => {
      const once = read(text);
      if (isRefused(once)) return;
      expect(read(once.value)).toEqual(once);
    }),
  );
  expect(read('раypal@example.com')).not.toEqual(read('paypal@example.com'));
});
