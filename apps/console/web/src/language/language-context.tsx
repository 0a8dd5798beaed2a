import { createContext, type ReactNode, useCallback, useContext, useMemo, useState } from 'react';
import { I18nProvider } from 'react-aria-components';
import { keep, kept } from '../kept.js';
import {
  formatter,
  type Language,
  languageFor,
  languages,
  type TextKey,
  type Texts,
  type TextValues,
} from './texts.js';

interface Spoken {
  language: Language;
  text(key: TextKey, values?: TextValues): string;
  /** The text of a name that the server says; the name itself when there is none. */
  named(prefix: string, name: string): string;
  change(language: Language): Promise<void>;
}

const LanguageContext = createContext<Spoken | undefined>(undefined);

/** The language that was chosen here before, or else the first one of the browser that we have. */
export const firstLanguage = (): Language =>
  languageFor([kept('language') ?? '', ...navigator.languages].filter(Boolean));

export const loadTexts = async (language: Language): Promise<Texts> =>
  (await languages[language].load()).default;

/** Gives every part the texts of one language. @param first loaded before anything is shown, so that no screen flickers */
export function LanguageProvider({
  first,
  children,
}: {
  first: { language: Language; texts: Texts };
  children: ReactNode;
}) {
  const [{ language, texts }, setSpoken] = useState(first);
  const change = useCallback(async (next: Language) => {
    const loaded = await loadTexts(next);
    keep('language', next);
    document.documentElement.lang = next;
    setSpoken({ language: next, texts: loaded });
  }, []);
  const spoken = useMemo<Spoken>(() => {
    const text = formatter(language, texts);
    const named = (prefix: string, name: string) => {
      const key = `${prefix}.${name}`;
      return Object.hasOwn(texts, key) ? text(key as TextKey) : name;
    };
    return { language, text, named, change };
  }, [language, texts, change]);
  return (
    <LanguageContext value={spoken}>
      <I18nProvider locale={language}>{children}</I18nProvider>
    </LanguageContext>
  );
}

export function useLanguage(): Spoken {
  const spoken = useContext(LanguageContext);
  if (!spoken) throw new Error('no language is provided');
  return spoken;
}

/** The texts alone: most parts need nothing else. */
export const useText = () => useLanguage().text;
