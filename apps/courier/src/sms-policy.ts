import { readSmsPolicy, type SmsPolicy } from '@rekey/limits';
import { readSetting, type Settings } from '@rekey/settings';

/** @throws {SettingsError} line by line: a policy that cannot be read is refused at the start, with exit code 78 */
export const smsPolicyOf = ({
  smsPolicyFile: file,
  smsCountries: countries,
}: Pick<Settings, 'smsPolicyFile' | 'smsCountries'>): SmsPolicy =>
  readSetting(
    'SMS_POLICY_FILE',
    file,
    (text) => readSmsPolicy(text, countries),
    countries && ['SMS_COUNTRIES'],
  );
