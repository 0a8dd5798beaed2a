import type { Database } from '@rekey/database';
import { isRefused } from '@rekey/kernel';
import { markAddress } from '@rekey/management';
import { policyFrom, strongRolesOf } from '@rekey/recovery';
import type { Rekey } from './rekey.js';

const databases = new WeakMap<object, Promise<Database>>();

/** What staff do with the mail address of an account, without their session. */
export async function markMail(
  rekey: Rekey,
  account: string,
  as: 'compromised' | 'restored' = 'compromised',
): Promise<void> {
  const { settings, clock } = rekey;
  const opened = databases.get(settings) ?? rekey.openDatabase();
  databases.set(settings, opened);
  const policy = policyFrom(settings);
  const { keyring } = settings;
  const context = { database: await opened, keyring, clock, policy, strongRoles: strongRolesOf(policy) };
  const [address] = await rekey.sql(
    `select id from addresses where account_id = $1 and kind = 'email' and removed_at is null`,
    [account],
  );
  const of = { account, address: address.id, as, reason: 'a test' };
  expect(isRefused(await markAddress(context, 'staff:somebody', of))).toBe(false);
}
