// Written by "npm run written" from libs/kernel/src/locale.ts. Do not edit.
import type { Locale } from '@rekey/kernel';
import { wording as en } from './en.js';
import type { Wording } from './wording.js';
import { wording as zhHans } from './zh-hans.js';

/** The sentences of all messages, by language. */
export const wordings: Record<Locale, Wording> = {
  en,
  'zh-Hans': zhHans,
};
