import Negotiator from 'negotiator';
import { languageTag } from './language-tag.js';

/**
 * The languages of messages and pages. The first is the default.
 *
 * `tag` is its BCP 47 tag, `name` is its name in the language itself, `intl` is the tag that its dates and names of countries are formatted by.
 */
export const locales = [
  { tag: 'en', name: 'English', intl: 'en-GB' },
  { tag: 'zh-Hans', name: '简体中文', intl: 'zh-CN' },
] as const;
export type Locale = (typeof locales)[number]['tag'];

const [{ tag: defaultLocale }] = locales;
const intlTags = new Map<Locale, string>(locales.map(({ tag, intl }) => [tag, intl]));

/** The tag by which `Intl` formats dates and names for readers of a language. */
export const intlTag = (locale: Locale): string => intlTags.get(locale) ?? locale;

/** The individual languages of the macrolanguage Chinese (ISO 639-3): their readers read `zh`. */
const chinese = /^(cdo|cjy|cmn|cnp|cpx|csp|czh|czo|gan|hak|hsn|lzh|mnp|nan|wuu|yue|zho)$/;

/** Each of our languages under its likely script and region and all that these begin with: `zh-Hans-CN`, `zh-Hans`, `zh`. */
const byPrefix = new Map<string, Locale>();
for (const { tag } of locales)
  for (const prefix of prefixesOf(tag)) byPrefix.set(prefix, byPrefix.get(prefix) ?? tag);

/**
 * Returns the requested language, from one tag (`zh-CN`) or an `Accept-Language` header (RFC 9110 §12.5.4, with weights). A variety that we
 * lack gets the first variety of its language that we have: readers of Traditional Chinese get Simplified rather than English.
 *
 * @returns undefined when none is requested, or none that we have; `*` requests none
 */
export function askedLocale(tagOrHeader: string | undefined): Locale | undefined {
  const header = (tagOrHeader ?? '').slice(0, 200);
  for (const tag of new Negotiator({ headers: { 'accept-language': header } }).languages()) {
    const locale = lookUp(tag);
    if (locale) return locale;
  }
  return undefined;
}

/** The language of the response: the requested one, otherwise English. */
export const pickLocale = (tagOrHeader: string | undefined): Locale =>
  askedLocale(tagOrHeader) ?? defaultLocale;

/** Shortens the tag until we have it (RFC 4647 §3.4). A broken tag counts for what it begins with: `en-US.UTF-8` for `en`. */
function lookUp(tag: string): Locale | undefined {
  // An extended language that we do not know is one of a language that we may know: `zh-aaa`.
  for (const text of [languageTag(tag) ?? tag, tag]) {
    // Language, extended language, script and region: what follows distinguishes none of ours.
    const subtags = text.split(/[-_]/, 4);
    for (; subtags.length > 0; subtags.pop()) {
      const locale = prefixesOf(subtags.join('-'))
        .map((prefix) => byPrefix.get(prefix))
        .find(Boolean);
      if (locale) return locale;
    }
  }
  return undefined;
}

/** The language with its likely script and region, with its script, and alone; none for a broken tag. */
function prefixesOf(tag: string): string[] {
  try {
    const locale = new Intl.Locale(tag);
    // Of an undetermined language the likely one is English.
    if (/^und\b/.test(locale.baseName)) return [];
    const { language, script = '', region = '' } = locale.maximize();
    const macro = chinese.test(language) ? ['zh'] : [];
    return [`${language}-${script}-${region}`, `${language}-${script}`, language, ...macro];
  } catch {
    return [];
  }
}

/** Whether a tag names this language of ours in its script: `zh-CN` is `zh-Hans`, and `zh-TW` is not. */
export function isLocaleOf(locale: Locale, tag: string): boolean {
  const [, ours] = prefixesOf(locale);
  return prefixesOf(languageTag(tag) ?? tag)[1] === ours;
}
