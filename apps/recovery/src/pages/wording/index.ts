import type { Locale } from '@rekey/kernel';
import { en } from './en/index.js';
import type { Wording } from './wording.js';
import { zhHans } from './zh-hans/index.js';

/** All that the pages say: a line for each language. */
export const wordings: Record<Locale, Wording> = {
  en,
  'zh-Hans': zhHans,
};
