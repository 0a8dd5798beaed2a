import { readFileSync } from 'node:fs';
import { readSmsPolicy, type SmsPolicy } from '@rekey/limits';
import { readSetting, type Settings } from '@rekey/settings';

/** @throws {SettingsError} line by line: a policy that cannot be read is refused at the start, with exit code 78 */
export function smsPolicyOf({
  smsPolicyFile: file,
  smsCountries: countries,
}: Pick<Settings, 'smsPolicyFile' | 'smsCountries'>): SmsPolicy {
  const about = [file && `SMS_POLICY_FILE: ${file}`, countries && 'SMS_COUNTRIES'].filter(Boolean).join(', ');
  return readSetting(about, () =>
    readSmsPolicy(file === undefined ? undefined : readFileSync(file, 'utf8'), countries),
  );
}
