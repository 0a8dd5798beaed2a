import { type Queryable, sql, statement } from '@rekey/database';

const erase = statement(
  'tokens_erase_account',
  sql`with theirs as (
     update sessions set account_id = null where account_id = :account
   ), devices as (
     update device_codes set state = 'denied', account_id = null, session_id = null where account_id = :account
   )
   delete from authorization_codes where account_id = :account`,
);

/**
 * Removes an account's id from this library's tables, in the transaction that deletes the account and after its sessions have ended.
 * Diagnosing one of its tokens still shows that the account is gone.
 */
export const eraseAccount = (database: Queryable, account: string): Promise<object[]> =>
  database.query(erase, { account });
