/** What a spreadsheet would read as a formula, also behind spaces and in full width (OWASP, CSV Injection). */
const startsFormula = /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/;

/** A cell of CSV (RFC 4180), quoted. One that a spreadsheet would run gets an apostrophe in front of it. */
export const csvCell = (text: string): string =>
  `"${(startsFormula.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;

/** A record of CSV with its line break. An undefined value is an empty field, and an object is JSON. */
export const csvRecord = (values: readonly unknown[]): string =>
  `${values.map((value) => (value === undefined ? '' : csvCell(textOf(value)))).join(',')}\r\n`;

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
