/** The fields of a form, as they came. */
export type Form = Record<string, unknown>;

/**
 * The text of a field, `''` for whatever is none.
 *
 * @param most UTF-16 code units of it at most; half a character at the cut is left out, since it can stand in no address
 */
export const textIn = (value: unknown, most = Number.POSITIVE_INFINITY): string =>
  typeof value === 'string' ? value.slice(0, most).replace(/[\ud800-\udbff]$/, '') : '';

/** What a form is about, as its hidden field says it. */
export const markIn = ({ csrf }: Form): string => textIn(csrf).split('.')[1] ?? '';

/** Which showing of a form was sent: the last part of its hidden field. */
export const shownIn = ({ csrf }: Form): string => textIn(csrf).split('.')[2] ?? '';

/** The code that a device shows, or what was entered for one. */
export const codeIn = (value: unknown): string => textIn(value, 40);
