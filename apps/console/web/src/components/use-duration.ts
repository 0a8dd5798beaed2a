import { useLanguage } from '../language/language-context.js';

const units = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
  ['millisecond', 1],
] as const;

/**
 * Says a duration in the language of the page, in the largest unit that keeps two digits of it: `1.5 minutes`.
 *
 * @returns a function of milliseconds
 */
export function useDuration(): (ms: number, style?: 'long' | 'short' | 'narrow') => string {
  const { language } = useLanguage();
  return (ms, style = 'short') => {
    const [unit, size] = units.find(([, each]) => ms >= each) ?? (['millisecond', 1] as const);
    return new Intl.NumberFormat(language, {
      style: 'unit',
      unit,
      unitDisplay: style,
      maximumFractionDigits: ms / size < 10 && unit !== 'millisecond' ? 1 : 0,
    }).format(ms / size);
  };
}
