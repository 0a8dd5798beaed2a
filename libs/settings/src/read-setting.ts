import { readFileSync } from 'node:fs';
import { SettingsError } from './settings-error.js';
import type { VariableName } from './variables.js';

/**
 * Reads what a setting contains. Each line of an error starts with the name of the setting.
 *
 * @param path of the file that the setting names; undefined when it is unset
 * @param read gets the content of that file
 * @param also other settings that decide on the value
 * @throws {SettingsError}
 */
export function readSetting<Value>(
  name: VariableName,
  path: string | undefined,
  read: (content: string | undefined) => Value,
  also: readonly VariableName[] = [],
): Value {
  try {
    return read(path === undefined ? undefined : readFileSync(path, 'utf8'));
  } catch (fault) {
    const about = [...(path === undefined ? [] : [`${name}: ${path}`]), ...also].join(', ');
    const lines = (fault instanceof Error ? fault.message : String(fault)).split('\n');
    throw new SettingsError(lines.map((line) => `${about}: ${line}`));
  }
}
