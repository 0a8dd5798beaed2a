import type { SqlText } from './sql-text.js';

/** One hand-written SQL statement. PostgreSQL parses it once per connection, under its name. */
export interface Statement {
  /** The prepared statement's name: at most 63 characters, one text each. */
  readonly name: string;
  /** With `$1`, `$2`… in place of the `:named` parameters. */
  readonly text: string;
  /** The name of the parameter at each position. */
  readonly parameters: readonly string[];
}

const made = new Map<string, Statement>();

/** Every statement that this process has made so far, by its name. */
export const statementsMade = (): Statement[] =>
  [...made.values()].sort((one, other) => one.name.localeCompare(other.name, 'en'));

const parameter = /(?<![:\w]):([a-z]\w*)/gi;

/**
 * @param name unique among all statements, at most 63 characters
 * @param text SQL with `:named` parameters; a name may appear several times; `::type` is a cast, not a parameter
 */
export function statement(name: string, text: SqlText): Statement {
  if (name.length > 63) throw new Error(`statement name too long: ${name}`);
  const parameters: string[] = [];
  const compiled = text.replace(parameter, (_match, key: string) => {
    if (!parameters.includes(key)) parameters.push(key);
    return `$${parameters.indexOf(key) + 1}`;
  });
  const result = { name, text: compiled, parameters };
  made.set(name, result);
  return result;
}

/** Puts values into the order of the statement's positions. @throws {Error} naming a parameter that has no value */
export function valuesOf(statement: Statement, values: Record<string, unknown>): unknown[] {
  return statement.parameters.map((name) => {
    if (values[name] === undefined) throw new Error(`statement ${statement.name} lacks a value for :${name}`);
    return values[name];
  });
}
