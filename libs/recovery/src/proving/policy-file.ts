import { readFileSync } from 'node:fs';
import { readSetting, type Settings } from '@rekey/settings';
import { defaultPolicy, type RecoveryPolicy, readPolicy } from './policy.js';

/**
 * The policy of a process.
 *
 * @throws {SettingsError} line by line: a policy that is too weak for a level is refused at start-up, so that no person ever meets it
 */
export function policyFrom({
  recoveryPolicyFile: file,
  sms,
}: Pick<Settings, 'recoveryPolicyFile' | 'sms'>): RecoveryPolicy {
  const policy =
    file === undefined
      ? defaultPolicy
      : readSetting(`RECOVERY_POLICY_FILE: ${file}`, () => readPolicy(readFileSync(file, 'utf8')));
  return { ...policy, withoutSms: sms === 'off' };
}
