import { useLanguage } from '../language/language-context.js';

/** The tag of the browser in this language, which says how a country writes dates: `en-GB` for `en`. */
export const regionOf = (language: string): string =>
  navigator.languages.find((tag) => tag.split('-')[0] === language.split('-')[0]) ?? language;

/** A time where the person is; in UTC as its title, for logs have that. @param at ISO 8601 */
export function Time({ at, dateOnly = false }: { at: string; dateOnly?: boolean }) {
  const { language } = useLanguage();
  const time = new Date(at);
  if (Number.isNaN(time.getTime())) return <span>{at}</span>;
  const local = new Intl.DateTimeFormat(regionOf(language), {
    dateStyle: 'medium',
    ...(dateOnly ? {} : { timeStyle: 'medium' }),
  }).format(time);
  return (
    <time
      dateTime={at}
      title={`${time
        .toISOString()
        .replace('T', ' ')
        .replace(/\.\d+Z$/, '')} UTC`}
    >
      {local}
    </time>
  );
}
