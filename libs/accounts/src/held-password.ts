import { type Sql, statement } from '@rekey/database';
import type { Keyring } from '@rekey/kernel';
import { foreignCost, openHash, sealHash } from './password-hash.js';

/** The password of an account, as it can be given back. */
export interface HeldPassword {
  /** PHC string; null where there is no password, or the keyring lacks its key. */
  phc: string | null;
  /** The recovery whose work it is: which set it, or gave the session that did, or ended the one before. */
  setBy: string | null;
}

const holdIt = statement(
  'account_hold_password',
  `select password_hash as stored, password_recovery_id as "setBy" from accounts where id = :account
    for no key update`,
);

/**
 * The same as `holdAccount`, with the password as it is then.
 *
 * @returns `isSet`: there is one; undefined without such an account
 */
export async function holdPassword(
  sql: Sql,
  keyring: Keyring,
  account: string,
): Promise<(HeldPassword & { isSet: boolean }) | undefined> {
  const [row] = await sql.query<Omit<HeldPassword, 'phc'> & { stored: string | null }>(holdIt, { account });
  if (!row) return undefined;
  const { stored, ...whose } = row;
  return { phc: stored && openHash(keyring, account, stored), isSet: stored !== null, ...whose };
}

const restoreIt = statement(
  'account_restore_password',
  `update accounts set password_hash = :stored, password_changed_at = :at, updated_at = :at, password_recovery_id = :setBy,
     password_cost = :cost
    where id = :account returning id`,
);

/** Puts a password of before in the place of the one that there is. In a transaction that holds the account. */
export const restorePassword = (
  sql: Sql,
  keyring: Keyring,
  { phc, ...of }: HeldPassword & { account: string; at: Date },
): Promise<object[]> =>
  sql.query(restoreIt, {
    ...of,
    stored: phc && sealHash(keyring, of.account, phc),
    cost: phc && foreignCost(phc),
  });
