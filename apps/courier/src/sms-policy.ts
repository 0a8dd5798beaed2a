import { readFileSync } from 'node:fs';
import { readSmsPolicy, type SmsPolicy } from '@rekey/limits';
import { type Settings, SettingsError } from '@rekey/settings';

/** @throws {SettingsError} line by line: a policy that cannot be read is refused at the start, with exit code 78 */
export function smsPolicyOf({
  smsPolicyFile: file,
  smsCountries: countries,
}: Pick<Settings, 'smsPolicyFile' | 'smsCountries'>): SmsPolicy {
  const about = [file && `SMS_POLICY_FILE: ${file}`, countries && 'SMS_COUNTRIES'].filter(Boolean).join(', ');
  try {
    return readSmsPolicy(file === undefined ? undefined : readFileSync(file, 'utf8'), countries);
  } catch (fault) {
    throw new SettingsError(
      String((fault as Error).message)
        .split('\n')
        .map((problem) => `${about}: ${problem}`),
    );
  }
}
