import fc from 'fast-check';
import { expectWritten } from '../../../test/written.js';
import { askedLocale, locales, pickLocale } from './locale.js';

test.each([
  [undefined, undefined],
  ['', undefined],
  ['*', undefined],
  ['fr, *;q=0.5', undefined],
  ['fr-CH, de;q=0.9', undefined],
  ['en;q=0', undefined],
  ['zhuang', undefined],
  ['und-CN', undefined],
  ['cy, ta', undefined],
  ['zh-CN', 'zh-Hans'],
  ['zh-Hant-TW', 'zh-Hans'],
  ['zh-cmn-Hans-CN', 'zh-Hans'],
  ['cmn', 'zh-Hans'],
  ['zh-HK, en', 'zh-Hans'],
  ['en-US.UTF-8', 'en'],
  ['en_US.UTF-8', 'en'],
  ['C.UTF-8', 'en'],
  ['zh_CN', 'zh-Hans'],
  ['ZH_hans_cn', 'zh-Hans'],
  ['zh_CN_#Hans', 'zh-Hans'],
  ['zh-CHS', 'zh-Hans'],
  ['cmn-Hans', 'zh-Hans'],
  ['yue-HK', 'zh-Hans'],
  ['zh_TW.Big5, en', 'zh-Hans'],
  ['iw, in, no', undefined],
  ['pt_BR, en_GB;q=0.5', 'en'],
  ['EN-gb', 'en'],
  ['*, zh;q=0.5', 'zh-Hans'],
  ['fr-CH, fr;q=0.9, en;q=0.8, zh;q=0.7', 'en'],
  ['de, zh;q=0.9, en;q=0.8', 'zh-Hans'],
  ['en;q=0, zh;q=0.1', 'zh-Hans'],
])('%s asks for %s; English is the default', (header, locale) => {
  expect(askedLocale(header)).toBe(locale);
  expect(pickLocale(header)).toBe(locale ?? 'en');
});

test('each language is requested by its own tag', () => {
  expect(locales.map(({ tag }) => askedLocale(tag))).toEqual(locales.map(({ tag }) => tag));
});

test.each([
  ['libs/messages/src/wording', 'Wording', 'The sentences of all messages', ''],
  ['libs/proofs/src/wording', 'KindWording', 'What pages and messages say about each kind of proof', ''],
  ['apps/recovery/src/pages/wording', 'Wording', 'All that the pages say', '/index'],
])('the texts of %s in each language are as written', (folder, type, what, inside) => {
  const files = locales.map(({ tag }) => {
    const name = tag.replaceAll('-', '');
    return {
      path: `./${tag.toLowerCase()}${inside}.js`,
      name: name.charAt(0).toLowerCase() + name.slice(1),
      key: tag.includes('-') ? `'${tag}'` : tag,
    };
  });
  const imports = [
    ...files.map(({ path, name }) => ({ path, line: `import { wording as ${name} } from '${path}';` })),
    { path: './wording.js', line: `import type { ${type} } from './wording.js';` },
  ].sort((a, b) => (a.path < b.path ? -1 : 1));
  expectWritten(
    `${folder}/wordings.generated.ts`,
    `// Written by "npm run written" from libs/kernel/src/locale.ts. Do not edit.
import type { Locale } from '@rekey/kernel';
${imports.map(({ line }) => line).join('\n')}

/** ${what}, by language. */
export const wordings: Record<Locale, ${type}> = {
${files.map(({ name, key }) => (name === key ? `  ${name},` : `  ${key}: ${name},`)).join('\n')}
};
`,
  );
});

const subtag = fc.string({
  unit: fc.constantFrom(...'aenhszx019'),
  minLength: 0,
  maxLength: 9,
});
const more = fc.array(
  fc.oneof(subtag, fc.constantFrom('Hans', 'Hant', 'Latn', 'cmn', 'min', 'TW', 'x', 'u', 'UTF.8')),
  { maxLength: 5 },
);
const weight = fc.constantFrom('', ';q=1', ';q=0.7', '; q=0.3', ';q=0.001', ';q=0', ';q=0.0');
const header = (language: fc.Arbitrary<string>) =>
  fc
    .array(
      fc.record({ language, more, weight }).map(({ language, more, weight }) => ({
        tag: [language, ...more].join('-'),
        weight,
      })),
      { minLength: 1, maxLength: 6 },
    )
    .map((parts) => parts.map(({ tag, weight }) => tag + weight).join(', '));

/** What the first subtags and the weights say, for languages of two letters. */
function byFirstSubtags(text: string): string | undefined {
  const ours = new Map([
    ['en', 'en'],
    ['zh', 'zh-Hans'],
  ]);
  const [first] = text
    .slice(0, 200)
    .split(',')
    .map((part, at) => {
      const [tag = '', q = '1'] = part
        .trim()
        .toLowerCase()
        .split(/;\s*q=/);
      return { locale: ours.get(tag.split('-')[0] ?? ''), weight: Number(q), at };
    })
    .filter(({ locale, weight }) => locale && weight > 0)
    .sort((a, b) => b.weight - a.weight || a.at - b.at);
  return first?.locale;
}

test('whatever follows the language in a tag, the language and the weights decide', () => {
  const language = fc.constantFrom('en', 'EN', 'zh', 'Zh', 'fr', 'ta', 'de', '*', 'x', 'i');
  fc.assert(
    fc.property(header(language), (text) => {
      expect(askedLocale(text)).toBe(byFirstSubtags(text));
    }),
    { numRuns: 300 },
  );
});

test('no header throws, however broken', () => {
  const known = [undefined, ...locales.map(({ tag }) => tag)];
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 400 }), header(subtag)), (text) => {
      expect(known).toContain(askedLocale(text));
    }),
    { numRuns: 300 },
  );
});

test('nothing behind the first 200 characters is read', () => {
  expect(askedLocale(`${'fr,'.repeat(67)}en`)).toBeUndefined();
});
