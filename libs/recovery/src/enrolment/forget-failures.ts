import type { Sql } from '@rekey/database';
import { forgetFailures } from '@rekey/limits';
import { accountFailures } from './password-attempts.js';
import { forgetSecondFactorFailures } from './second-factor.js';

/**
 * Its owner has a new password, or has completed a recovery: what strangers have got wrong at sign-in, passwords and codes of the app,
 * does not count against the account any more.
 */
export async function forgetFailedSignIns(
  sql: Sql,
  { account, generation }: { account: string; generation: string },
): Promise<void> {
  await forgetFailures(sql, { shown: accountFailures(generation) });
  await forgetSecondFactorFailures(sql, account);
}
