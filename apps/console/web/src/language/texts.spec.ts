import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatter, type Language, languageFor, type Texts } from './texts.js';

const read = (file: string): Texts =>
  JSON.parse(readFileSync(join(import.meta.dirname, `${file}.json`), 'utf8'));
const files: Record<Language, Texts> = { en: read('en'), 'zh-Hans': read('zh-hans') };

/** What a message names in braces; the branches of a plural are no names. */
const named = (message: string): string[] =>
  [...new Set([...message.matchAll(/\{(\w+)[,}]/g)].map(([, name = '']) => name))].sort();

describe('the languages of the console', () => {
  test('have the same texts, with the same values in them', () => {
    const keys = Object.keys(files.en);
    expect(Object.keys(files['zh-Hans'])).toEqual(keys);
    for (const key of keys as (keyof Texts)[])
      expect([key, named(files['zh-Hans'][key])]).toEqual([key, named(files.en[key])]);
  });

  test.each(Object.entries(files))('%s: every message can be formatted', (language, texts) => {
    const text = formatter(language as Language, texts);
    for (const key of Object.keys(texts) as (keyof Texts)[]) {
      const values = Object.fromEntries(named(texts[key]).map((name) => [name, 3]));
      expect(text(key, values)).not.toMatch(/[{}]/);
      expect(text(key, values).trim()).not.toBe('');
    }
  });

  test.each([
    [['zh-CN', 'en'], 'zh-Hans'],
    [['zh'], 'zh-Hans'],
    [['de-AT', 'en-GB'], 'en'],
    [['en-US', 'zh'], 'en'],
    [['de'], 'en'],
    [[], 'en'],
    [['toString', 'constructor'], 'en'],
  ])('%j is answered in %s', (wanted, language) => {
    expect(languageFor(wanted)).toBe(language);
  });
});
