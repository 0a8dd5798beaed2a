import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A policy for `RECOVERY_POLICY_FILE` or `SMS_POLICY_FILE`. It is removed with the temporary folder of the run. */
export function policyFile(policy: object): string {
  const file = join(mkdtempSync(join(tmpdir(), 'rekey-policy-')), 'policy.json');
  writeFileSync(file, JSON.stringify(policy));
  return file;
}

/** A policy for `SMS_POLICY_FILE`: a test sends many SMS to one range at once, which looks like an attack. */
export function unalarmed(): string {
  const rule = { sends: 100_000, floor: 0 };
  return policyFile({ breaker: { unprovenRange: { sends: 100_000 }, range: rule, country: rule } });
}
