import { askedLocale, pickLocale } from './locale.js';

test.each([
  [undefined, undefined],
  ['', undefined],
  ['*', undefined],
  ['fr, *;q=0.5', undefined],
  ['fr-CH, de;q=0.9', undefined],
  ['en;q=0', undefined],
  ['zhuang', undefined],
  ['zh-CN', 'zh-Hans'],
  ['zh-Hant-TW', 'zh-Hans'],
  ['*, zh;q=0.5', 'zh-Hans'],
  ['fr-CH, fr;q=0.9, en;q=0.8, zh;q=0.7', 'en'],
  ['de, zh;q=0.9, en;q=0.8', 'zh-Hans'],
  ['en;q=0, zh;q=0.1', 'zh-Hans'],
])('%s asks for %s; English is the default', (header, locale) => {
  expect(askedLocale(header)).toBe(locale);
  expect(pickLocale(header)).toBe(locale ?? 'en');
});
