import { destinationOf } from './destination.js';
import { readSmsPolicy } from './policy.js';
import { segmentsOf } from './segments.js';

const policy = readSmsPolicy();

test.each([
  ['+12025550123', 'US', '+12025'],
  ['+8613800138000', 'CN', '+861380'],
  ['+4915123456789', 'DE', '+491512'],
  ['+6591234567', 'SG', '+65912'],
  ['+85251234567', 'HK', '+852512'],
])('%s leads to %s and is stored as %s', (number, country, prefix) => {
  expect(destinationOf(number, policy)).toEqual({ country, prefix, price: policy.prices.get(country) });
});

test.each([
  ['premium rate', '+19002345678'],
  ['international premium rate', '+979123456789'],
  ['a personal number', '+447012345678'],
  ['VoIP', '+33912345678'],
  ['a fixed line', '+442079460123'],
  ['toll-free', '+80012345678'],
  ['shared cost', '+80812345678'],
  ['Inmarsat', '+870773111632'],
  ['Iridium', '+881612345678'],
  ['international networks', '+882360123456'],
  ['international networks of +883', '+883510012345678'],
  ['an unassigned number', '+12025550'],
  ['no calling code', '+9991234567'],
  ['not a number', 'x'],
])('a number that reaches no mobile phone is refused: %s [ASVS 2.4.1]', (_what, number) => {
  expect(destinationOf(number, policy)).toEqual({ refused: 'sms_range' });
});

test('countries are allow-listed: expensive and unpriced ones are refused unless they are named', () => {
  for (const number of ['+994401234567', '+6281234567890', '+5351234567']) {
    expect(destinationOf(number, policy)).toEqual({ refused: 'sms_country' });
  }
  const named = readSmsPolicy(undefined, ['ID']);
  expect(destinationOf('+6281234567890', named)).toMatchObject({ country: 'ID', price: 300_000 });
  expect(destinationOf('+12025550123', named)).toEqual({ refused: 'sms_country' });
});

test('a policy replaces all prices and keeps other defaults', () => {
  const own = readSmsPolicy(
    '{"currency":"USD","prices":{"GB":0.0471,"ID":0.33},"dearest":1,"budgets":{"country":7,"countries":{"GB":9}}}',
  );
  expect([...own.prices]).toEqual([
    ['GB', 47_100],
    ['ID', 330_000],
  ]);
  expect([own.currency, own.budgets.country('GB'), own.budgets.country('ID'), own.budgets.instance]).toEqual([
    'USD',
    9_000_000,
    7_000_000,
    150_000_000,
  ]);
});

test.each([
  ['{', /^not JSON$/],
  ['{"prices":{"XX":1}}', /prices/],
  ['{"prices":{"GB":-1}}', /prices\.GB: /],
  ['{"prices":{"GB":"0.04"}}', /prices\.GB: /],
  ['{"price":{}}', /price/],
  ['{"currency":"euro"}', /currency: three letters of ISO 4217/],
  ['{"numberTypes":["PREMIUM_RATE"]}', /numberTypes\.0: /],
  ['{"breaker":{"range":{"sends":0,"floor":2}}}', /breaker\.range\.sends: .*\nbreaker\.range\.floor: /],
  ['{"budgets":{"unproven":0}}', /budgets\.unproven: /],
  ['{"countries":["GB","CU"]}', /^countries: CU has no price, so no SMS can be sent there$/],
  ['{"prices":{"GB":5}}', /^countries: no country is left to send to/],
  ['{"prices":{"GB":5},"dearest":9,"budgets":{"country":6}}', /^budgets: too small for one segment to GB/],
])('%s is refused when it is loaded', (text, problem) => {
  expect(() => readSmsPolicy(text)).toThrow(problem);
});

test.each([
  ['a'.repeat(160), 1],
  ['a'.repeat(161), 2],
  ['€'.repeat(80), 1],
  ['€'.repeat(81), 2],
  ['码'.repeat(70), 1],
  ['码'.repeat(71), 2],
  ['码'.repeat(135), 3],
])('the price of a text counts its segments', (text, segments) => {
  expect(segmentsOf(text)).toBe(segments);
});
