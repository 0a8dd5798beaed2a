import { askedLocale, type Locale } from '@rekey/kernel';

/** What a URL asks for a language with. The page that is shown has neither in its own links. */
export const languageParameters = ['lang', 'ui_locales'] as const;

/**
 * The language that a URL asks for: the person's choice (`lang`), then the app's (`ui_locales`, OpenID Connect Core §3.1.2.1: tags in order,
 * most wanted first).
 *
 * @returns undefined when it asks for none that we have, or for two; then the next source decides: the cookie, `Accept-Language`, English
 */
export function languageAskedIn(query: unknown): Locale | undefined {
  const asked = Object(query) as Record<string, unknown>;
  for (const name of languageParameters) {
    const tags = asked[name];
    const locale = typeof tags === 'string' ? askedLocale(tags.trim().replace(/\s+/g, ',')) : undefined;
    if (locale) return locale;
  }
  return undefined;
}
