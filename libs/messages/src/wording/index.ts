import type { Locale } from '@rekey/kernel';
import { en } from './en.js';
import type { Wording } from './wording.js';
import { zhHans } from './zh-hans.js';

/** The sentences of all messages: a line for each language. */
export const wordings: Record<Locale, Wording> = {
  en,
  'zh-Hans': zhHans,
};
