import { intlTag } from '@rekey/kernel';
import type { PageContext } from './shell.js';

const formatted = ({ locale }: PageContext, at: string, style: Intl.DateTimeFormatOptions): string =>
  new Intl.DateTimeFormat(intlTag(locale), { ...style, timeZone: 'UTC' }).format(new Date(at));

/** @param at RFC 3339 */
export const dateText = (context: PageContext, at: string): string =>
  formatted(context, at, { dateStyle: 'long' });

/** In UTC and saying so, as in the mails: where the person is, we do not know. @param at RFC 3339 */
export const timeText = (context: PageContext, at: string): string =>
  `${formatted(context, at, { dateStyle: 'long', timeStyle: 'short' })} UTC`;
