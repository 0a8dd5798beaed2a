declare const isSql: unique symbol;

/** Text of SQL. Only the functions below make it, so that a value cannot be passed where an expression is expected. */
export type SqlText = string & { readonly [isSql]: true };

/** Puts fragments and numbers of the program's own into SQL. A value of a request is a `:parameter` of the statement. */
export function sql(texts: TemplateStringsArray, ...parts: readonly (SqlText | number)[]): SqlText {
  const written = parts.map(
    (part, at) => `${typeof part === 'number' ? numeral(part) : part}${texts[at + 1]}`,
  );
  return `${texts[0]}${written.join('')}` as SqlText;
}

// Two hyphens would begin a comment.
function numeral(value: number): string {
  if (!Number.isFinite(value)) throw new Error(`not a number of SQL: ${value}`);
  return value < 0 ? `(${value})` : `${value}`;
}

/**
 * @returns the text as an SQL literal: `'it''s'`
 * @throws when the text contains what SQL does not allow, or what `statement` would read as a parameter
 */
export function literal(value: string): SqlText {
  if (value.includes('\0') || /(?<![:\w]):[a-z]/i.test(value))
    throw new Error(`not a literal of a statement: ${JSON.stringify(value)}`);
  return `'${value.replaceAll("'", "''")}'` as SqlText;
}

/** @returns the name of a table, a column or a type, as it is @throws when it would need quotes */
export function identifier(name: string): SqlText {
  if (!/^[a-z_][a-z0-9_]*$/.test(name)) throw new Error(`not an identifier: ${JSON.stringify(name)}`);
  return name as SqlText;
}

/** @returns `'a', 'b'` @throws when there is none: `in ()` is no SQL */
export function literals(values: readonly string[]): SqlText {
  if (values.length === 0) throw new Error('no literals to list');
  return joined(values.map(literal));
}

/** Joins fragments, with a comma when no separator is given. */
export const joined = (parts: readonly SqlText[], separator: SqlText = sql`, `): SqlText =>
  parts.join(separator) as SqlText;
