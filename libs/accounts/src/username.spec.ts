import { isRefused } from '@rekey/kernel';
import { normaliseIdentifier } from './identifier.js';
import { unfitUsername } from './username.js';

const read = (typed: string) => {
  const identifier = normaliseIdentifier(typed);
  if (isRefused(identifier)) throw new Error(`${typed} is no identifier`);
  return identifier.value;
};

test.each([
  ['Ada.Lovelace-1815', 'Latin'],
  ['zoë_ångström', 'Latin with marks'],
  ['Ｍei', 'wide Latin'],
  ['анна', 'Cyrillic'],
  ['μαρία.1', 'Greek'],
  ['さくら・ジロー', 'Hiragana, Katakana and what both share'],
  ['山田たろう', 'Han and Hiragana'],
  ['金철수', 'Han and Hangul'],
  ['王ㄨㄤ', 'Han and Bopomofo'],
  ['王小明88', 'Han and digits'],
  ['राम', 'Devanagari'],
  ['سارة', 'Arabic'],
  ['ᏣᎳᎩ', 'Cherokee'],
])('%s is a valid user name: %s', (typed) => {
  expect(unfitUsername(read(typed))).toBeUndefined();
});

test.each([
  ['аda', 'a Cyrillic letter first'],
  ['pаypal', 'a Cyrillic letter within'],
  ['αda', 'a Greek letter'],
  ['ada王', 'Latin and Han'],
  ['さくら철수', 'Hiragana and Hangul'],
  ['ㄨたろう', 'Bopomofo and Hiragana'],
  ['ᎪDA', 'Cherokee and Latin'],
  ['𐍈', 'Gothic'],
])('%s is not a valid user name: %s', (typed) => {
  expect(unfitUsername(read(typed))).toMatch(/one script/);
});

test.each(['12345678', '١٢٣٤', '12-34.56', '(01)234', '12ー34', '12・34'])(
  '%s is refused as digits alone',
  (typed) => {
    expect(unfitUsername(typed)).toMatch(/digits only/);
    expect(isRefused(normaliseIdentifier(typed))).toBe(true);
  },
);
