import type { Locale } from '@rekey/kernel';
import { en } from './en.js';
import type { KindWording } from './wording.js';
import { zhHans } from './zh-hans.js';

/** What pages and messages say about each kind of proof, by language. */
export const kindWordings: Record<Locale, KindWording> = {
  en,
  'zh-Hans': zhHans,
};
