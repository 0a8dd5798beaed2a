import { type Queryable, sql, statement } from '@rekey/database';

const erase = statement(
  'tokens_erase_account',
  // The counts only force the order of locks: sessions, authorization codes, device codes.
  sql`with theirs as (
     update sessions set account_id = null
     where id in (select id from sessions where account_id = :account order by id for no key update) returning id
   ), codes as (
     delete from authorization_codes where account_id = :account and (select count(*) from theirs) >= 0 returning digest
   )
   update device_codes set state = 'denied', account_id = null, session_id = null
   where account_id = :account and (select count(*) from codes) >= 0`,
);

/**
 * Removes an account's id from this library's tables, in the transaction that deletes the account and after its sessions have ended.
 * Diagnosing one of its tokens still shows that the account is gone.
 */
export const eraseAccount = (database: Queryable, account: string): Promise<object[]> =>
  database.query(erase, { account });
