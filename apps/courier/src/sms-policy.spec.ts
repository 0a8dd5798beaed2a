import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SettingsError } from '@rekey/settings';
import { smsPolicyOf } from './sms-policy.js';

const folder = mkdtempSync(join(tmpdir(), 'rekey-sms-'));
afterAll(() => rmSync(folder, { recursive: true }));

const problemsOf = (settings: Parameters<typeof smsPolicyOf>[0]): string[] => {
  try {
    smsPolicyOf(settings);
    return [];
  } catch (fault) {
    if (fault instanceof SettingsError) return fault.problems;
    throw fault;
  }
};

test('an invalid SMS policy fails the start and names the setting of each problem', () => {
  const smsPolicyFile = join(folder, 'sms.json');
  expect(problemsOf({ smsPolicyFile })).toEqual([expect.stringMatching(/^SMS_POLICY_FILE: .*ENOENT/)]);
  writeFileSync(smsPolicyFile, '{"prices":{"GB":0},"dearest":"much"}');
  expect(problemsOf({ smsPolicyFile })).toEqual([
    expect.stringMatching(/^SMS_POLICY_FILE: .*sms\.json: prices\.GB: /),
    expect.stringMatching(/^SMS_POLICY_FILE: .*sms\.json: dearest: /),
  ]);
  expect(problemsOf({ smsCountries: ['GB', 'ZZ'] })).toEqual([
    'SMS_COUNTRIES: countries: ZZ has no price, so no SMS can be sent there',
  ]);
  expect(problemsOf({ smsCountries: ['GB'] })).toEqual([]);
});
