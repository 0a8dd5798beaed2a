import { readFileSync } from 'node:fs';
import type { ProcessName } from './run.js';
import { isUsed } from './used-by.js';
import { fileForm, type Variable } from './variable.js';
import { type VariableName, variables } from './variables.js';

/** What the environment says of one variable. */
export interface GivenText {
  /** Trimmed; undefined when it is unset or empty. */
  text?: string | undefined;
  /** The file that `text` comes from. */
  file?: string | undefined;
  /** That file is there, and is empty. */
  isEmptyFile?: boolean;
  /** Why it has no text. It never contains one. */
  problem?: string;
}

/**
 * Reads a variable, or for a secret the file that `NAME_FILE` names. An empty file counts as unset, like an empty variable: an orchestrator
 * mounts one for a secret that nobody has set. A process does not open the file of a secret that it does not use.
 */
export function givenText(
  name: VariableName,
  environment: Record<string, string | undefined>,
  process: ProcessName,
): GivenText {
  const { secret, allowed }: Variable = variables[name];
  const inline = environment[name]?.trim() || undefined;
  const file = secret && isUsed(name, process) ? environment[fileForm(name)]?.trim() : undefined;
  if (!file) return { text: inline };
  let text: string;
  try {
    text = readFileSync(file, 'utf8').trim();
  } catch (fault) {
    const { code = 'unreadable' } = fault as NodeJS.ErrnoException;
    const read = `read ${JSON.stringify(file)} (${code})`;
    return { problem: `${fileForm(name)}: ${read}; allowed: a readable file with ${allowed}` };
  }
  if (!text) return { text: inline, isEmptyFile: true };
  if (inline) return { problem: `${name} and ${fileForm(name)}: both are set; allowed: one of them` };
  return { text, file };
}

/**
 * Names the place that the reader of a problem has to look at: for a value from a file that file, for a missing secret both ways to set it.
 *
 * @param problem a line that starts with the name of a variable
 */
export function withPlace(problem: string, texts: ReadonlyMap<string, GivenText>): string {
  const [, name = '', read = '', rest = ''] = /^(\w+): (read )?(.*)$/s.exec(problem) ?? [];
  const { file, isEmptyFile } = texts.get(name) ?? {};
  if (file && read) return `${fileForm(name)}: read ${JSON.stringify(file)}, ${rest}`;
  if (file) return `${fileForm(name)}: ${rest}`;
  const notSet = 'not set';
  if (!isSecret(name) || !rest.startsWith(notSet)) return problem;
  const also = isEmptyFile ? `, and the file of ${fileForm(name)} is empty` : `, nor ${fileForm(name)}`;
  return `${name}: ${notSet}${also}${rest.slice(notSet.length)}`;
}

const isSecret = (name: string): boolean =>
  Object.hasOwn(variables, name) && (variables[name as VariableName] as Variable).secret === true;
