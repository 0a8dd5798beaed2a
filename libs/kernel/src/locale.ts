/** The languages of messages and pages (BCP 47). */
export const locales = ['en', 'zh-Hans'] as const;
export type Locale = (typeof locales)[number];

/**
 * Returns the requested language, from one tag (`zh-CN`) or an `Accept-Language` header (RFC 9110 §12.5.4, with weights). Readers of
 * Traditional Chinese get Simplified rather than English.
 *
 * @returns undefined when none is requested, or none that we have; `*` requests none
 */
export function askedLocale(tagOrHeader: string | undefined): Locale | undefined {
  const wanted = (tagOrHeader ?? '')
    .slice(0, 200)
    .split(',')
    .map((part, order) => {
      const [tag = '', ...parameters] = part.trim().toLowerCase().split(';');
      const weight = parameters.map((p) => /^\s*q=([\d.]+)$/.exec(p)?.[1]).find(Boolean);
      return { tag, order, weight: weight === undefined ? 1 : Number(weight) };
    })
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight || a.order - b.order);
  for (const { tag } of wanted) {
    if (/^zh\b/.test(tag)) return 'zh-Hans';
    if (/^en\b/.test(tag)) return 'en';
  }
  return undefined;
}

/** The language of the response: the requested one, otherwise English. */
export const pickLocale = (tagOrHeader: string | undefined): Locale => askedLocale(tagOrHeader) ?? 'en';
