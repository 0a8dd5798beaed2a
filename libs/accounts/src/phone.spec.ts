import { isRefused, type Refusal } from '@rekey/kernel';
import { getCountries, getExampleNumber } from 'libphonenumber-js/max';
import examples from 'libphonenumber-js/mobile/examples';
import { normaliseIdentifier } from './identifier.js';

const read = (typed: string, country?: string) => normaliseIdentifier(typed, { country });

/** The code and the pointer of a refusal; otherwise what was read. */
function outcomeOf(typed: string, country?: string): string {
  const outcome = read(typed, country);
  if (!isRefused(outcome)) return `${outcome.kind} ${outcome.value}`;
  const { code, data } = outcome as Refusal;
  return `${code} ${data.errors?.[0]?.pointer}`;
}

test.each([
  // As links have it (RFC 3966, RFC 5724).
  ['tel:+44-20-7946-0958', undefined, '+442079460958'],
  ['TEL:+442079460958', undefined, '+442079460958'],
  ['tel://+442079460958', undefined, '+442079460958'],
  ['tel:020-7946-0958;phone-context=+44', undefined, '+442079460958'],
  ['tel:020-7946-0958;phone-context=example.com', 'GB', '+442079460958'],
  ['sms:+442079460958?body=hi', undefined, '+442079460958'],
  // International prefixes.
  ['0044 20 7946 0958', undefined, '+442079460958'],
  ['0044 20 7946 0958', 'GB', '+442079460958'],
  ['0044 20 7946 0958', 'US', '+442079460958'],
  ['011 44 20 7946 0958', 'US', '+442079460958'],
  ['010 44 20 7946 0958', 'JP', '+442079460958'],
  ['8~10 44 20 7946 0958', 'RU', '+442079460958'],
  // Brackets, and the trunk prefix of the country between them.
  ['(+44) 20 7946 0958', undefined, '+442079460958'],
  ['+44 (0)20 7946 0958', undefined, '+442079460958'],
  ['(+44) (0) 20 7946 0958', undefined, '+442079460958'],
  ['[+44] 20/7946.0958', undefined, '+442079460958'],
  ['447911123456', 'gb', '+447911123456'],
  ['06 1234 5678', 'IT', '+390612345678'],
  ['+39 06 1234 5678', undefined, '+390612345678'],
  ['8 912 345-67-89', 'RU', '+79123456789'],
  // Mexico, with the prefixes of before 2020.
  ['+52 1 55 1393 9311', undefined, '+525513939311'],
  ['+5215513939311', undefined, '+525513939311'],
  ['00 52 1 55 1393 9311', undefined, '+525513939311'],
  ['1 55 1393 9311', 'MX', '+525513939311'],
  ['044 55 1393 9311', 'MX', '+525513939311'],
  ['01 55 1393 9311', 'MX', '+525513939311'],
  ['55 1393 9311', 'MX', '+525513939311'],
  // Argentina: 9 from abroad and 15 at home are one thing.
  ['+54 9 11 2345-6789', undefined, '+5491123456789'],
  ['+54 11 15 2345-6789', undefined, '+5491123456789'],
  ['011 15-2345-6789', 'AR', '+5491123456789'],
  ['11 2345-6789', 'AR', '+541123456789'],
  // Brazil, with and without the code of a carrier.
  ['(11) 91234-5678', 'BR', '+5511912345678'],
  ['0 15 11 91234-5678', 'BR', '+5511912345678'],
  ['+55 011 91234-5678', undefined, '+5511912345678'],
  // What keyboards make of digits, dashes and spaces.
  ['０９０ー１２３４ー５６７８', 'JP', '+819012345678'],
  ['０９０－１２３４－５６７８', 'JP', '+819012345678'],
  ['090ｰ1234ｰ5678', 'JP', '+819012345678'],
  ['090‐1234‐5678', 'JP', '+819012345678'],
  ['090　1234　5678', 'JP', '+819012345678'],
  ['（０９０）１２３４〜５６７８', 'JP', '+819012345678'],
  ['＋８１　９０−１２３４−５６７８', undefined, '+819012345678'],
  ['٠٥٠ ١٢٣ ٤٥٦٧', 'SA', '+966501234567'],
  ['+٩٦٦ـ٥٠ـ١٢٣ـ٤٥٦٧', undefined, '+966501234567'],
  ['۰۹۱۲‌۳۴۵‌۶۷۸۹', 'IR', '+989123456789'],
  ['०९८७६५ ४३२१०', 'IN', '+919876543210'],
  ['𝟶𝟿𝟶-𝟷𝟸𝟹𝟺-𝟻𝟼𝟽𝟾', 'JP', '+819012345678'],
  // As pasted from a contact or a page.
  ['\u202a+1 202 555 0143\u202c', undefined, '+12025550143'],
  ['\u200e+1\u00a0202\u2011555\u20110143\ufeff', undefined, '+12025550143'],
  ['+1\u00ad202\u200b555\u20600143', undefined, '+12025550143'],
  ['+1\t202\t555\t0143', undefined, '+12025550143'],
  ['Tel. +44 20 7946 0958', undefined, '+442079460958'],
  ['Mobile: 020 7946 0958', 'GB', '+442079460958'],
  ['携帯： 090-1234-5678', 'JP', '+819012345678'],
  ['📱 +1 202 555 0143', undefined, '+12025550143'],
  ['🇬🇧 +44 20 7946 0958', undefined, '+442079460958'],
  ['+1 202 555 0143,', undefined, '+12025550143'],
  ['+1 202 555 0143;', undefined, '+12025550143'],
  ['whatsapp:+12025550143', undefined, '+12025550143'],
  ['callto:+12025550143', undefined, '+12025550143'],
  ['smsto:+12025550143', undefined, '+12025550143'],
  ['202·555·0143', 'US', '+12025550143'],
])('%j (%s) is the phone number %s', (typed, country, value) => {
  expect(outcomeOf(typed, country)).toBe(`phone ${value}`);
  expect(outcomeOf(value)).toBe(`phone ${value}`);
});

test.each([
  ['020 7946 0958', undefined],
  ['138 0013 8000', undefined],
  ['090ー1234ー5678', undefined],
  ['٠٥٠١٢٣٤٥٦٧', undefined],
  ['\u202d(202) 555-0143\u202c', undefined],
  ['12345678', undefined],
  ['4', undefined],
  ['0044', undefined],
  ['tel:020-7946-0958', undefined],
  // No country, or none with numbers of its own.
  ['020 7946 0958', 'UK'],
  ['020 7946 0958', 'ZZ'],
])('%j (%s) is asked for its country', (typed, country) => {
  expect(outcomeOf(typed, country)).toBe('country_required /country');
});

test.each([
  ['020 7946', 'GB'],
  ['138 0013 8000', 'GB'],
  ['+44 20 7946', undefined],
  ['+44 20 7946', 'GB'],
  ['+52 1 55 1393 931', undefined],
  ['++44 20 7946 0958', undefined],
  ['+44 20 7946 0958 +44 20 7946 0959', undefined],
  // Nobody gets an SMS at an extension.
  ['+1 202 555 0143 ext. 5', undefined],
  ['202 555 0143 x5', 'US'],
  ['202 555 0143 extension 12', 'US'],
  ['8 912 345-67-89 доб. 12', 'RU'],
  ['+1 202 555 0143x5', undefined],
  ['+1 202 555 0143,,5', undefined],
  ['+1 202 555 0143#5', undefined],
  ['(202) 555-0143 #5', 'US'],
  ['2025550143;5', undefined],
  ['tel:+1-202-555-0143;ext=5', undefined],
])('%j (%s) is no phone number, and no user name either', (typed, country) => {
  expect(outcomeOf(typed, country)).toBe('invalid_request /identifier');
});

test.each(['+1up', '10#2', '4x4', '12_34', 'tel:ada', 'no.1', 'mei88', '2025550143x5'])(
  '%s stays a user name, whatever country comes with it',
  (typed) => {
    expect([outcomeOf(typed), outcomeOf(typed, 'US')]).toEqual(Array(2).fill(`username ${typed}`));
  },
);

test('a number of each country is the same number in every spelling', () => {
  const different = getCountries().flatMap((country) => {
    const number = getExampleNumber(country, examples);
    if (!number) return [];
    const spelt: [string, string?][] = [
      [number.number],
      [number.number, country],
      [number.number, country === 'US' ? 'GB' : 'US'],
      [number.formatInternational()],
      [number.formatInternational(), country],
      [number.getURI()],
      [number.getURI(), country],
      [number.number.replace('+', '00')],
      [number.formatNational(), country],
      [number.formatNational().replaceAll(' ', '　').replaceAll('-', 'ー'), country.toLowerCase()],
    ];
    return spelt.filter((typed) => outcomeOf(...typed) !== `phone ${number.number}`);
  });
  expect(getCountries().length).toBeGreaterThan(240);
  expect(different).toEqual([]);
});
