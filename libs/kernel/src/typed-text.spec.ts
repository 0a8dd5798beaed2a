import { foldDigits, readCode, withoutInvisible } from './typed-text.js';

const unicode = Array.from({ length: 0x110000 }, (_, code) =>
  code >= 0xd800 && code <= 0xdfff ? '' : String.fromCodePoint(code),
).join('');
const allOf = (classes: string): string[] => unicode.match(new RegExp(`[${classes}]`, 'gu')) ?? [];
const hex = (text: string) => [...text].map((it) => `U+${it.codePointAt(0)?.toString(16)}`).join(' ');

const digits = { length: 8, alphabet: '0123456789' };
const code = '12345678';
const saved = {
  length: 16,
  alphabet: '0123456789ABCDEFGHJKMNPQRSTVWXYZ',
  lookAlikes: { O: '0', I: '1', L: '1' },
};
const userCode = { length: 8, alphabet: 'BCDFGHJKLMNPQRSTVWXZ' };

describe('digits', () => {
  // CLDR knows the numbering systems by their digits, from zero to nine.
  const systems = Intl.supportedValuesOf('numberingSystem')
    .map((system) => {
      const format = new Intl.NumberFormat(`en-u-nu-${system}`, { useGrouping: false });
      return { system, digits: Array.from({ length: 10 }, (_, value) => format.format(value)) };
    })
    .filter(({ digits }) => digits.every((digit) => /^\p{Nd}$/u.test(digit)));

  test('those of every numbering system of CLDR are read', () => {
    expect(systems.length).toBeGreaterThan(60);
    for (const { system, digits: ten } of systems) {
      expect({ system, read: foldDigits(ten.join('')) }).toEqual({ system, read: '0123456789' });
      const typed = [...code].map((digit) => ten[Number(digit)]).join('');
      expect({ system, read: readCode(`${typed.slice(0, 8)} ${typed.slice(8)}`, digits) }).toEqual({
        system,
        read: code,
      });
    }
  });

  test('every character of Unicode Nd is one, each value as often as the others', () => {
    const all = allOf(String.raw`\p{Nd}`);
    const values = all.map(foldDigits);
    expect(all.length).toBeGreaterThanOrEqual(680);
    for (const value of '0123456789')
      expect(values.filter((one) => one === value)).toHaveLength(all.length / 10);
    const unread = all.filter((one) => readCode(`1234567${one}`, digits) !== `1234567${foldDigits(one)}`);
    expect(unread.map(hex)).toEqual([]);
  });
});

test.each([
  ['format characters', String.raw`\p{Cf}`],
  ['what is shown as nothing', String.raw`\p{Default_Ignorable_Code_Point}`],
  ['variation selectors', String.raw`\p{Variation_Selector}`],
  ['marks', String.raw`\p{M}`],
  ['spaces and line breaks', String.raw`\p{Z}\s`],
  ['control characters', String.raw`\p{Cc}`],
  ['dashes', String.raw`\p{Pd}\p{Dash}`],
  ['punctuation', String.raw`\p{P}`],
])('%s inside and around a code are no part of it', (_kind, classes) => {
  const all = allOf(classes);
  expect(all.length).toBeGreaterThan(0);
  const forms = [
    [digits, code, (it: string) => `${it}1234${it}5678${it}`],
    [saved, 'ABCDEFGHJKMNPQR0', (it: string) => `${it}abcd${it}EFGH${it}JKMN${it}PQRo${it}`],
    [userCode, 'WDJBMJHT', (it: string) => `${it}wdjb${it}MJHT${it}`],
  ] as const;
  for (const [shape, plain, form] of forms)
    expect(all.filter((it) => readCode(form(it), shape) !== plain).map(hex)).toEqual([]);
});

test('no character that nobody sees stays in a text; what is seen, spaces and control characters do', () => {
  const unseen = allOf(String.raw`\p{Cf}\p{DI}`);
  expect(unseen.map((it) => withoutInvisible(`a${it}b`)).filter((text) => text !== 'ab')).toEqual([]);
  for (const text of ['Zoë\u0301 \t\r\n\u00a0-+@', '\u0000', '例子', '👩'])
    expect(withoutInvisible(text)).toBe(text);
});

test.each([
  ['Your code is 1234 5678.'],
  ['Rekey: 1234 5678. Valid for 10 minutes, until 09:41.'],
  ['“1234 5678”'],
  ['[1234][5678]'],
  ['<12345678>'],
  ['G-12345678'],
  ['code=12345678&x'],
  ['1234 5678 (10 min)'],
  ['@example.com #12345678'],
  ['验证码12345678，十分钟内有效。'],
  ['1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣7️⃣8️⃣'],
  ['1234ー5678'],
  ['1234−5678'],
  ['１２３４　５６７８'],
  ['१२३४ ५६७८'],
  ['كود ١٢٣٤-٥٦٧٨'],
  ['\u202a1234\u00ad5678\u202c'],
  ['12345678 12345678'],
  ['1. 2. 3. 4. 5. 6. 7. 8.'],
])('the code is read in %j', (typed) => {
  expect(readCode(typed, digits)).toBe(code);
});

test.each([
  [''],
  ['1234567'],
  ['123456789'],
  ['1234 a 5678'],
  ['1234x5678'],
  ['12345678 87654321'],
  ['1 2 3 4 5 6 7 8 9'],
  ['一二三四五六七八'],
  ['\ud800'],
  ['1234➎678'],
])('no code is read in %j: none, or more than one', (typed) => {
  expect(readCode(typed, digits)).toBeUndefined();
});

test.each([
  ['3. ABCD-EFGH-JKMN-PQR0'],
  ['Backup code: ABCD-EFGH-JKMN-PQR0'],
  ['My code is ABCD-EFGH-JKMN-PQR0.'],
  ['ＡＢＣＤ－ＥＦＧＨ－ＪＫＭＮ－ＰＱＲＯ'],
  ['abcd efgh jkmn pqro'],
  ['ABCDEFGH JKMNPQR0'],
  ['ABC-DEFGH JKMNPQR0'],
  ['A B C D E F G H J K M N P Q R 0'],
])('the backup code is read in %j', (typed) => {
  expect(readCode(typed, saved)).toBe('ABCDEFGHJKMNPQR0');
});

test.each([
  ['ABCD-EFGH-JKMN'],
  ['ABCD-EFGH-JKMN-PQR0-STVW'],
  ['ABCD-EFGH-JKMN-PQRU'],
  ['ABCD-EFGH-JKMN-PQR0 ABCD-EFGH-JKMN-PQR1'],
])('no backup code is read in %j', (typed) => {
  expect(readCode(typed, saved)).toBeUndefined();
});

test.each([
  ['Enter code WDJB-MJHT'],
  ['https://login.example.com/device?user_code=WDJB-MJHT'],
  ['w d j b m j h t'],
  ['ｗｄｊｂ－ｍｊｈｔ'],
  ['代码WDJB-MJHT。'],
])('the code of a device is read in %j', (typed) => {
  expect(readCode(typed, userCode)).toBe('WDJBMJHT');
});
