import { SettingsError } from '@rekey/settings';

/** The problems of settings that are refused; none when they are loaded. */
export function settingProblems(load: () => unknown): string[] {
  try {
    load();
    return [];
  } catch (fault) {
    if (fault instanceof SettingsError) return [...fault.problems];
    throw fault;
  }
}
