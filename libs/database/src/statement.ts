import { createHash } from 'node:crypto';
import { type SqlText, sql } from './sql-text.js';
import { tablePrivileges } from './table-privileges.js';

/** One hand-written SQL statement. PostgreSQL parses it once per connection. */
export interface Statement {
  /** At most 63 characters, one text each. */
  readonly name: string;
  /** Its name in PostgreSQL: another text, as of another release, has another name. */
  readonly preparedName: string;
  /** With `$1`, `$2`… in place of the `:named` parameters, and the names of our tables with their schema. */
  readonly text: string;
  /** The name of the parameter at each position. */
  readonly parameters: readonly string[];
}

/** What {@link requestOrigin} needs. The query layer fills these in for every statement that has them. */
const originParameters = ['originRequestId', 'originSource'] as const;

/** What a statement writes down as the cause of its change, as two expressions: the id of the request, and the pseudonym of its source. */
export const requestOrigin: SqlText = sql`:originRequestId::text, :originSource::text`;

/** Whether a statement writes down what caused it. */
export const hasOrigin = ({ parameters }: Statement): boolean => parameters.includes(originParameters[0]);

const made = new Map<string, Statement>();

/** Every statement that this process has made so far, by its name. */
export const statementsMade = (): Statement[] =>
  [...made.values()].sort((one, other) => one.name.localeCompare(other.name, 'en'));

/** Our tables where they are read or written. A table in a list after a comma says its schema itself, or is joined. */
const table = new RegExp(
  `\\b(from|join|into|update|using)(\\s+)(?=(?:${Object.keys(tablePrivileges).join('|')})\\b(?!\\.))`,
  'g',
);

const parameter = /(?<![:\w]):([a-z]\w*)/gi;

/**
 * The statement does not depend on `search_path`, which roles and databases have defaults of.
 *
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
  const qualified = compiled.replace(table, '$1$2public.');
  const digest = createHash('sha256').update(qualified).digest('hex').slice(0, 8);
  const result = { name, preparedName: `${name.slice(0, 54)}_${digest}`, text: qualified, parameters };
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
