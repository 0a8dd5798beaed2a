import { type SqlText, sql } from '@rekey/database';
import { isTrusted } from './trusted-address.js';

/** Full hours from a time until `:now`, as an expression; null for null. A time that is ahead, by another clock, is zero hours ago. */
const hoursSince = (time: SqlText): SqlText =>
  sql`case when ${time} is not null then greatest(0, floor(extract(epoch from :now::timestamptz - ${time}) / 3600))::integer end`;

/**
 * What has changed at an account, as pairs for `jsonb_build_object`. Hours are full hours, null for what never happened. Needs `:now`.
 *
 * - `address_changed_hours`: since an address was added after the account, confirmed, removed or marked as compromised
 * - `authenticator_changed_hours`: since an app or backup codes were bound or removed
 * - `stopped_before_hours`: since the last stop, unless a recovery that was held for it is completed
 * - `single_address`: at most one trusted address can be told
 * - `roles`: of the account
 *
 * @param account an expression of its id
 */
export const recentChangesOf = (account: SqlText): SqlText => sql`
  'address_changed_hours', (
    select ${hoursSince(sql`max(greatest(case when d.created_at > a.created_at then d.created_at end, d.bound_at, d.removed_at, d.compromised_at))`)}
    from addresses d join accounts a on a.id = d.account_id where d.account_id = ${account}),
  'authenticator_changed_hours', (
    select ${hoursSince(sql`max(greatest(t.bound_at, t.removed_at))`)} from authenticators t where t.account_id = ${account} and t.bound_at is not null),
  'stopped_before_hours', (select ${hoursSince(sql`a.stopped_at`)} from accounts a where a.id = ${account}),
  'single_address', (
    select count(*) <= 1 from addresses d where d.account_id = ${account} and ${isTrusted(sql`d`)}),
  'roles', (select to_jsonb(a.roles) from accounts a where a.id = ${account})`;
