import { askedLocale, isLocaleOf, type Locale } from '@rekey/kernel';

/** The language of an account as columns. @param tag a canonical tag */
export const languageOf = (
  tag: string | undefined,
): { locale: Locale | null; languageTag: string | null } => {
  const locale = askedLocale(tag) ?? null;
  return { locale, languageTag: tag === undefined || (locale && isLocaleOf(locale, tag)) ? null : tag };
};

/**
 * The language of an account as it was given, or ours for it. The previous release writes `locale` alone: then the tag beside it is of
 * before.
 */
export const languageTagOf = (row: { locale: Locale | null; language_tag: string | null }): string | null =>
  row.language_tag !== null && (askedLocale(row.language_tag) ?? null) === row.locale
    ? row.language_tag
    : row.locale;
