/** The fields of a form, as they came. */
export type Form = Record<string, unknown>;

/**
 * The text of a field, `''` for whatever is none.
 *
 * @param most UTF-16 code units of it at most; half a character at the cut is left out, since it can stand in no address
 */
export const textIn = (value: unknown, most = Number.POSITIVE_INFINITY): string =>
  typeof value === 'string' ? value.slice(0, most).replace(/[\ud800-\udbff]$/, '') : '';

/** The code that a device shows, or what was entered for one. */
export const codeIn = (value: unknown): string => textIn(value, 40);
