import { withoutInvisible } from './typed-text.js';

/** How long a language tag may be: RFC 5646 §4.4.1 asks for 35 at least, and extensions make longer ones. */
export const longestTag = 100;

/** Tags that BCP 47 knows and `Intl` does not read: for private use, and irregular ones of before (RFC 5646 §2.2.7, §2.2.8). */
const others =
  /^(x(-[a-z\d]{1,8})+|en-gb-oed|i-(ami|bnn|default|enochian|hak|klingon|lux|mingo|navajo|pwn|tao|tay|tsu)|zh-min|sgn-(be-fr|be-nl|ch-de))$/i;

/** Scripts by the modifier of a locale of glibc: `sr_RS@latin`. */
const scripts: Readonly<Record<string, string>> = {
  arabic: 'Arab',
  cyrillic: 'Cyrl',
  devanagari: 'Deva',
  hans: 'Hans',
  hant: 'Hant',
  latin: 'Latn',
};

/**
 * Reads a language tag (BCP 47) in any case, and what operating systems and platforms write for one: `zh_CN`, `en_US.UTF-8`, `sr_RS@latin`,
 * `zh_CN_#Hans`, `zh-CHS`. Deprecated and extended languages become those that they stand for: `iw` is `he`, `zh-cmn-Hans` is `zh-Hans`.
 *
 * @returns the canonical tag; undefined for what is none
 */
export function languageTag(text: string): string | undefined {
  const typed = withoutInvisible(text).trim();
  if (typed === '' || typed.length > longestTag) return undefined;
  if (/^(c|posix)([._@]|$)/i.test(typed)) return 'en-US-u-va-posix';
  const [, name = '', mark = ''] = /^([^.@#]*)(?:\.[^@#]*)?(?:[@#](.*))?$/s.exec(typed) ?? [];
  const tag = name.replaceAll('_', '-').replace(mark ? /-$/ : '', '');
  const script = scripts[mark.toLowerCase()] ?? /^[a-z]{4}$/i.exec(mark)?.[0];
  const candidates = [
    ...(script && mark !== 'euro' ? [tag.replace(/^[a-z]+/i, `$&-${script}`)] : []),
    tag,
    tag.replace(/^zh-ch([st])\b/i, 'zh-Han$1'),
    // An extended language stands on its own (RFC 5646 §4.5). These languages have some.
    tag
      .replace(/^zh-min-nan$/i, 'nan')
      .replace(/^(ar|kok|lv|ms|sgn|sw|uz|zh)-(?!min\b)([a-z]{3})(?=-|$)/i, '$2'),
  ];
  for (const candidate of candidates) {
    const [canonical] = canonicalOf(candidate);
    if (canonical !== undefined) return canonical;
  }
  return others.test(tag) ? tag : undefined;
}

export const isLanguageTag = (text: string): boolean => languageTag(text) !== undefined;

function canonicalOf(tag: string): string[] {
  try {
    return Intl.getCanonicalLocales(tag);
  } catch {
    return [];
  }
}
