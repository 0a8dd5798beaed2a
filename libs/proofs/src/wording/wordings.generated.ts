// Written by "npm run written" from libs/kernel/src/locale.ts. Do not edit.
import type { Locale } from '@rekey/kernel';
import { wording as en } from './en.js';
import type { KindWording } from './wording.js';
import { wording as zhHans } from './zh-hans.js';

/** What pages and messages say about each kind of proof, by language. */
export const wordings: Record<Locale, KindWording> = {
  en,
  'zh-Hans': zhHans,
};
