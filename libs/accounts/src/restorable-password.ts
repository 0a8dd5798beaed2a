import { type Queryable, sql, statement } from '@rekey/database';
import type { Keyring } from '@rekey/kernel';
import { foreignCost, openHash, sealHash } from './password-hash.js';

/** The password of an account, in a form that can be restored. */
export interface RestorablePassword {
  /** PHC string; null when there is no password, or the keyring lacks its key. */
  phc: string | null;
  /** The recovery that set it, started the session that set it, or ended the previous one. */
  setBy: string | null;
}

const holdIt = statement(
  'account_lock_password',
  sql`select password_hash as stored, password_recovery_id as "setBy" from accounts where id = :account
    for no key update`,
);

/**
 * Like `lockAccount`, and reads the password under the lock.
 *
 * @returns `isSet`: there is one; undefined without such an account
 */
export async function lockPassword(
  database: Queryable,
  keyring: Keyring,
  account: string,
): Promise<(RestorablePassword & { isSet: boolean }) | undefined> {
  const [row] = await database.query<Omit<RestorablePassword, 'phc'> & { stored: string | null }>(holdIt, {
    account,
  });
  if (!row) return undefined;
  const { stored, ...whose } = row;
  return { phc: stored && openHash(keyring, account, stored), isSet: stored !== null, ...whose };
}

const restoreIt = statement(
  'account_restore_password',
  sql`update accounts set password_hash = :stored, password_changed_at = :at, updated_at = :at, password_recovery_id = :setBy,
     password_cost = :cost
    where id = :account returning id`,
);

/** Restores a former password in place of the current one, in a transaction that has locked the account. */
export const restorePassword = (
  database: Queryable,
  keyring: Keyring,
  { phc, ...of }: RestorablePassword & { account: string; at: Date },
): Promise<object[]> =>
  database.query(restoreIt, {
    ...of,
    stored: phc && sealHash(keyring, of.account, phc),
    cost: phc && foreignCost(phc),
  });
