import { longestTyped } from '@rekey/kernel';
import { shownUserCode } from '@rekey/tokens';

/** The fields of a form, as they came. */
export type Form = Record<string, unknown>;

/**
 * The text of a field, `''` for whatever is none.
 *
 * @param most UTF-16 code units of it at most; half a character at the cut is left out, since it can stand in no address
 */
export const textIn = (value: unknown, most = Number.POSITIVE_INFINITY): string =>
  typeof value === 'string' ? value.slice(0, most).replace(/[\ud800-\udbff]$/, '') : '';

/** What was typed or pasted for a code, a number or a name. */
export const typedIn = (value: unknown): string => textIn(value, longestTyped);

/** What a form is about, as its hidden field says it. */
export const markIn = ({ csrf }: Form): string => textIn(csrf).split('.')[1] ?? '';

/** Which showing of a form was sent: the last part of its hidden field. */
export const shownIn = ({ csrf }: Form): string => textIn(csrf).split('.')[2] ?? '';

/** The code that a device shows, as it shows it, or the beginning of what was entered for one. */
export const userCodeIn = (value: unknown): string => shownUserCode(typedIn(value)) ?? textIn(value, 40);

/** Whether there is a digit of any script in it. */
export const hasDigit = (typed: string): boolean => /\p{Nd}/u.test(typed.normalize('NFKC'));
