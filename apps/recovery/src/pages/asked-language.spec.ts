import { languageAskedIn } from './asked-language.js';

test.each<[query: Record<string, unknown>, locale: string | undefined]>([
  [{ lang: 'zh' }, 'zh-Hans'],
  [{ lang: 'EN_us' }, 'en'],
  [{ lang: ' zh-TW ' }, 'zh-Hans'],
  [{ lang: 'klingon' }, undefined],
  [{ lang: 'fr' }, undefined],
  [{ lang: '' }, undefined],
  [{ lang: '*' }, undefined],
  [{ lang: '<script>' }, undefined],
  [{ lang: ['zh', 'en'] }, undefined],
  [{ lang: 'zh', ui_locales: 'en' }, 'zh-Hans'],
  [{ lang: 'klingon', ui_locales: 'zh' }, 'zh-Hans'],
  [{ lang: ['en', 'en'], ui_locales: 'zh' }, 'zh-Hans'],
  [{ ui_locales: 'fr-CA zh_CN en' }, 'zh-Hans'],
  [{ ui_locales: 'fr xx' }, undefined],
  [{ ui_locales: ['zh'] }, undefined],
  [{ locale: 'zh' }, undefined],
  [{}, undefined],
])('%j asks for %s', (query, locale) => {
  expect(languageAskedIn(query)).toBe(locale);
});
