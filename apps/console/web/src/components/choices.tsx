import { useState } from 'react';
import { keep, kept } from '../kept.js';
import { useLanguage } from '../language/language-context.js';
import { type Language, languages } from '../language/texts.js';

const themes = ['system', 'light', 'dark'] as const;
type Theme = (typeof themes)[number];

const isTheme = (value: unknown): value is Theme => themes.some((theme) => theme === value);

/** Light or dark, or as the system says. The page's first script reads what was kept, before anything is painted. */
export function ThemeChoice() {
  const { text } = useLanguage();
  const [theme, setTheme] = useState<Theme>(() => {
    const before = kept('theme');
    return isTheme(before) ? before : 'system';
  });
  const choose = (value: string) => {
    if (!isTheme(value)) return;
    setTheme(value);
    keep('theme', value === 'system' ? undefined : value);
    if (value === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = value;
  };
  return (
    <label className="choice">
      <span>{text('theme')}</span>
      <select value={theme} onChange={({ target }) => choose(target.value)}>
        {themes.map((each) => (
          <option key={each} value={each}>
            {text(`theme.${each}`)}
          </option>
        ))}
      </select>
    </label>
  );
}

export function LanguageChoice() {
  const { text, language, change } = useLanguage();
  return (
    <label className="choice">
      <span>{text('language')}</span>
      <select value={language} onChange={({ target }) => void change(target.value as Language)}>
        {Object.entries(languages).map(([tag, { name }]) => (
          <option key={tag} value={tag} lang={tag}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
