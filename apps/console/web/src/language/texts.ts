import { IntlMessageFormat } from 'intl-messageformat';
import type en from './en.json';

/** Names a text of the console. */
export type TextKey = keyof typeof en;
/** What a text names in braces. */
export type TextValues = Record<string, string | number>;
export type Texts = Readonly<Record<TextKey, string>>;

/** Languages of the console, each by its tag (BCP 47), its own name, and its file. */
export const languages = {
  en: { name: 'English', load: () => import('./en.json') },
  'zh-Hans': { name: '简体中文', load: () => import('./zh-hans.json') },
} as const satisfies Record<string, { name: string; load(): Promise<{ default: Texts }> }>;
export type Language = keyof typeof languages;

const isLanguage = (tag: string): tag is Language => Object.hasOwn(languages, tag);

/** The first language that a person wants and we have. @param wanted tags, best first, such as `zh-CN` */
export function languageFor(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    if (isLanguage(tag)) return tag;
    const [primary = ''] = tag.toLowerCase().split('-');
    if (primary === 'zh') return 'zh-Hans';
    if (isLanguage(primary)) return primary;
  }
  return 'en';
}

/** Turns ICU messages into text; each message is parsed once. */
export function formatter(language: Language, texts: Texts): (key: TextKey, values?: TextValues) => string {
  const parsed = new Map<TextKey, IntlMessageFormat>();
  return (key, values) => {
    let message = parsed.get(key);
    if (!message) {
      message = new IntlMessageFormat(texts[key], language, undefined, { ignoreTag: true });
      parsed.set(key, message);
    }
    return String(message.format(values));
  };
}
