import { loadSettings, type Settings } from './load-settings.js';
import type { ProcessName } from './run.js';
import { SettingsError } from './settings-error.js';

/** `EX_CONFIG` of sysexits.h: the configuration is wrong. */
const exitBadConfiguration = 78;

/** For the entry point of a process: returns its settings, or prints one line for each thing that is wrong and exits with 78. */
export function settingsOrExit(name: ProcessName): Settings {
  try {
    return loadSettings(process.env, name);
  } catch (fault) {
    const problems = fault instanceof SettingsError ? fault.problems : [describeFault(fault)];
    for (const problem of problems) process.stderr.write(`rekey ${name}: ${problem}\n`);
    process.exit(exitBadConfiguration);
  }
}

function describeFault(fault: unknown): string {
  const { code, path, message } = fault as NodeJS.ErrnoException;
  if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM') {
    return `REKEY_DATA_DIR: ${path ?? 'the data directory'} cannot be written; choose another directory or change its permissions`;
  }
  if (code === 'ENOSPC')
    return 'REKEY_DATA_DIR: the disk is full; free some space or choose another directory';
  return message;
}
