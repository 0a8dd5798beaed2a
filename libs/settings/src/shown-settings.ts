import type { GivenText } from './given-text.js';
import type { ProcessName } from './run.js';
import { isUsed } from './used-by.js';
import type { Variable } from './variable.js';
import { type VariableName, variables } from './variables.js';

/** One setting as staff see it. A secret has no value, set or not. */
export interface ShownSetting {
  name: string;
  meaning: string;
  /** What it was set to, or its default; without the user, the query and the fragment of a URL. Omitted for a secret, and without a fixed default. */
  value?: string;
  /** For one that is not set and has no fixed default: what happens then, in words. */
  unset?: string;
  from: 'default' | 'environment' | 'file';
  secret?: true;
}

/** A URL may be of a kind that needs a password, or carry a key as a parameter. A comma before another URL separates two. */
const withoutCredentials = (text: string): string =>
  text
    .replace(/:\/\/[^/?#]*@/g, '://')
    .split(/,(?=\s*[a-z][a-z\d+.-]*:\/\/)/i)
    .map((part) => (part.includes('://') ? part.replace(/[?#].*$/s, '?…') : part))
    .join(',');

const defaultValue = ({ default: value }: Variable): string | undefined =>
  (Array.isArray(value) ? value.join(',') : value === undefined ? '' : String(value)) || undefined;

/** Every setting that the process reads, in the order of the reference. */
export const shownSettings = (texts: ReadonlyMap<string, GivenText>, process: ProcessName): ShownSetting[] =>
  Object.entries<Variable>(variables)
    .filter(([name]) => isUsed(name as VariableName, process))
    .map(([name, variable]) => {
      const { text, file } = texts.get(name) ?? {};
      const { meaning, secret, unset } = variable;
      const from = file !== undefined ? 'file' : text !== undefined ? 'environment' : 'default';
      if (secret) return { name, meaning, from, secret };
      const value = text ?? defaultValue(variable);
      return {
        name,
        meaning,
        ...(value !== undefined ? { value: withoutCredentials(value) } : unset ? { unset } : {}),
        from,
      };
    });
