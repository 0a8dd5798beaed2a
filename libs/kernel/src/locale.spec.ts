import { pickLocale } from './locale.js';

test.each([
  [undefined, 'en'],
  ['', 'en'],
  ['zh-CN', 'zh-Hans'],
  ['zh-Hant-TW', 'zh-Hans'],
  ['fr-CH, fr;q=0.9, en;q=0.8, zh;q=0.7', 'en'],
  ['de, zh;q=0.9, en;q=0.8', 'zh-Hans'],
  ['en;q=0, zh;q=0.1', 'zh-Hans'],
  ['zhuang', 'en'],
])('%s reads %s', (header, locale) => {
  expect(pickLocale(header)).toBe(locale);
});
