import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A policy for `RECOVERY_POLICY_FILE`. It goes with the temporary folder of the run. */
export function policyFile(policy: object): string {
  const file = join(mkdtempSync(join(tmpdir(), 'rekey-policy-')), 'policy.json');
  writeFileSync(file, JSON.stringify(policy));
  return file;
}
