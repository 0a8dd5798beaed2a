import type { Locale } from '@rekey/kernel';
import { en } from './en.js';
import type { KindWording } from './wording.js';
import { zhHans } from './zh-hans.js';

/** What is said about the kinds of proof: a line for each language. */
export const kindWordings: Record<Locale, KindWording> = {
  en,
  'zh-Hans': zhHans,
};
