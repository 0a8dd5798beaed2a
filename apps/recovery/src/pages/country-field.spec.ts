import { suggestedCountry } from './country-field.js';

test.each([
  [undefined, undefined],
  ['', undefined],
  ['*', undefined],
  ['de-AT, de;q=0.9, en-US;q=0.8', 'AT'],
  ['en-GB', 'GB'],
  ['ja', 'JP'],
  ['zh-Hans-CN', 'CN'],
  ['zh-TW, en;q=0.5', 'TW'],
  ['pt', 'BR'],
  ['fr;q=0.1, en-NZ', 'NZ'],
  // A region of several countries, and one without phone numbers.
  ['es-419, es-MX;q=0.9', 'MX'],
  ['en-001', undefined],
  ['en-AQ', undefined],
  ['und-CH, it', 'CH'],
  ['und, it', 'IT'],
  ['x-klingon, not a tag, ko', 'KR'],
  [`${'x'.repeat(10_000)}`, undefined],
])('%s suggests %s', (header, country) => {
  expect(suggestedCountry(header)).toBe(country);
});
