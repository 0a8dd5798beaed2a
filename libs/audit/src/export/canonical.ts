/** A value of JSON. */
export type Json = null | boolean | number | string | Json[] | { [member: string]: Json };

/** An object whose members may be left out, as `undefined`. */
type Members = { [member: string]: Json | undefined };

/**
 * The one way to write a value (RFC 8785): members sorted by UTF-16 code units, no space, and texts and numbers as ECMAScript writes them.
 *
 * @throws {TypeError} for a number that JSON has no word for
 */
export function canonical(value: Json | Members): string {
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new TypeError(`${value} is not a number of JSON`);
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  // Every event that is sealed comes by here: a loop, without a list for each step.
  let text = '';
  for (const name of Object.keys(value).sort()) {
    const member = value[name];
    if (member !== undefined) text += `${text && ','}${JSON.stringify(name)}:${canonical(member)}`;
  }
  return `{${text}}`;
}
