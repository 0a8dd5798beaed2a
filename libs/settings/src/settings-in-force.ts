import { readFileSync } from 'node:fs';
import type { Keyring } from '@rekey/kernel';
import type { GivenText } from './given-text.js';
import type { ProcessName } from './run.js';
import { type ShownSetting, shownSettings } from './shown-settings.js';
import { isUsed } from './used-by.js';
import type { VariableName } from './variables.js';

/** What a process was started with, so that a change can be audited without its value, and staff can see what is no secret. */
export interface SettingsInForce {
  process: ProcessName;
  /**
   * @param keyId one of the keyring, so that two starts can be compared across a rotation of keys
   * @returns a keyed digest of each variable that is set and that the process reads, by name; of a policy's file, of its content as well
   */
  digests(keyring: Keyring, keyId: string): Record<string, string>;
  /** For staff: where each value comes from, and the value of what is no secret. */
  shown(): ShownSetting[];
}

/** The files that decide how the process behaves, and not only how it is reached. */
const policies: readonly string[] = [
  'RECOVERY_POLICY_FILE',
  'SMS_POLICY_FILE',
  'TOKEN_LIFETIMES_FILE',
] satisfies VariableName[];

const contentOf = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // Its reader says what is wrong with it.
    return '';
  }
};

export function settingsInForce(
  texts: ReadonlyMap<string, GivenText>,
  process: ProcessName,
): SettingsInForce {
  const given = [...texts].flatMap(([name, { text }]): [string, string][] =>
    text !== undefined && isUsed(name as VariableName, process)
      ? [[name, policies.includes(name) ? `${text}\0${contentOf(text)}` : text]]
      : [],
  );
  return {
    process,
    shown: () => shownSettings(texts, process),
    digests(keyring, keyId) {
      const at = keyring.keyIds.indexOf(keyId);
      const digestOf = (name: string, text: string) =>
        keyring.macs(`settings/${name}`, text)[at]?.toString('base64url', 0, 16) ?? '';
      return Object.fromEntries(given.map(([name, text]) => [name, digestOf(name, text)]));
    },
  };
}
