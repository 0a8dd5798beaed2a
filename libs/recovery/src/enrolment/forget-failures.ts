import type { Sql } from '@rekey/database';
import { forgetFailures } from '@rekey/limits';
import { accountFailures } from './password-attempts.js';
import { forgetSecondFactorFailures } from './second-factor.js';

/**
 * Clears the failed sign-ins of an account, by password and by app code, after its owner got a new password or completed a recovery.
 * Failures of strangers no longer count against the account.
 */
export async function forgetFailedSignIns(
  sql: Sql,
  { account, generation }: { account: string; generation: string },
): Promise<void> {
  await forgetFailures(sql, { shown: accountFailures(generation) });
  await forgetSecondFactorFailures(sql, account);
}
