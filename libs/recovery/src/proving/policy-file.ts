import { readSetting, type Settings } from '@rekey/settings';
import { type RecoveryPolicy, readPolicy } from './policy.js';

/**
 * The policy of a process.
 *
 * @throws {SettingsError} line by line: a policy that is too weak for a level is refused at start-up, so that no person ever meets it
 */
export const policyFrom = ({
  recoveryPolicyFile,
  sms,
}: Pick<Settings, 'recoveryPolicyFile' | 'sms'>): RecoveryPolicy => ({
  ...readSetting('RECOVERY_POLICY_FILE', recoveryPolicyFile, readPolicy),
  withoutSms: sms === 'off',
});
