import type { Queryable } from '@rekey/database';
import { clearFailures } from '@rekey/limits';
import { accountFailures } from './password-attempts.js';
import { clearSecondFactorFailures } from './second-factor.js';

/**
 * Clears the failed sign-ins of an account, by password and by app code, after its owner got a new password or completed a recovery.
 * Failures of strangers no longer count against the account.
 */
export async function clearFailedSignIns(
  database: Queryable,
  { account, generation }: { account: string; generation: string },
): Promise<void> {
  await clearFailures(database, { shown: accountFailures(generation) });
  await clearSecondFactorFailures(database, account);
}
