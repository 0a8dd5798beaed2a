import { type SqlText, sql } from '@rekey/database';
/** What an authenticator is used for: a sign-in, including the changes that need one, or a recovery. */
export type Use = 'sign-in' | 'recovery';

/**
 * Whether an authenticator counts, as a condition on its row: it is bound and not suspended by a recovery. If it was bound to a
 * single-factor account, it counts in a recovery only after its hold (NIST SP 800-63B-4 §4.1.2). Needs `:now` for a recovery.
 */
export const counts = (t: SqlText, use: Use): SqlText =>
  sql`${t}.bound_at is not null and ${t}.suspended_at is null${use === 'recovery' ? sql` and coalesce(${t}.counts_from <= :now::timestamptz, true)` : sql``}`;

/** The same for an authenticator that can still prove something: it has not been disabled by too many wrong values in recoveries. */
export const proves = (t: SqlText, use: Use): SqlText =>
  sql`${counts(t, use)}${use === 'recovery' ? sql` and ${t}.disabled_at is null` : sql``}`;

/** Bindings younger than this are not trusted when a recovery ends the session that made them. */
const plantedWithin = sql`interval '30 days'`;

/**
 * The authenticators that sessions have bound recently and the recovery itself has not used, as SQL that yields `id`: a thief who was
 * signed in may have planted them. Needs `:now`.
 *
 * @param of expressions: the account, and `text[]` of the authenticators that were proofs
 */
export const plantedBySessions = (of: { account: SqlText; used: SqlText }): SqlText => sql`
  select t.id from authenticators t
  where t.account_id = ${of.account} and ${counts(sql`t`, 'sign-in')} and t.bound_by is not null
    and t.bound_at > :now::timestamptz - ${plantedWithin}
    and not exists (select from unnest(${of.used}) as used (id) where used.id = t.id::text)`;

/** Suspends them, as a data-modifying clause. Needs `:now`. @param planted a CTE with `id` */
export const suspendAll = (planted: SqlText, recovery: SqlText): SqlText =>
  sql`update authenticators set suspended_at = :now, suspended_by = ${recovery}::uuid where id in (select id from ${planted})`;

/**
 * Removes an authenticator, as assignments. Its row stays for as long as a stop can give it back, and does not count meanwhile. Needs
 * `:at`, and `:session` that removes it.
 */
export const removal = sql`removed_at = :at, removed_by = :session, suspended_at = coalesce(suspended_at, :at::timestamptz)`;
