/** What an authenticator is to be used for: a sign-in, with what it changes, or a recovery. */
export type Use = 'sign-in' | 'recovery';

/**
 * Whether an authenticator counts, as a condition on its row: it is bound, no recovery has set it aside, and where it was bound to an
 * account of one factor its hold is over before it counts in a recovery (NIST SP 800-63B-4 §4.1.2). Needs `:now` for a recovery.
 */
export const counts = (t: string, use: Use): string =>
  `${t}.bound_at is not null and ${t}.suspended_at is null${use === 'recovery' ? ` and coalesce(${t}.counts_from <= :now::timestamptz, true)` : ''}`;

/** The same of one that can still prove something: too many wrong values in recoveries have not worn it out. */
export const proves = (t: string, use: Use): string =>
  `${counts(t, use)}${use === 'recovery' ? ` and ${t}.disabled_at is null` : ''}`;

/** How long ago something was bound by a session that a recovery ends, and is not trusted for that. */
const plantedWithin = `interval '30 days'`;

/**
 * What sessions have bound lately and the recovery itself has not used, as SQL that yields `id`: who was signed in may have planted it.
 * Needs `:now`.
 *
 * @param of expressions: the account, and `text[]` of the authenticators that were proofs
 */
export const plantedBySessions = (of: { account: string; used: string }): string => `
  select t.id from authenticators t
  where t.account_id = ${of.account} and ${counts('t', 'sign-in')} and t.bound_by is not null
    and t.bound_at > :now::timestamptz - ${plantedWithin}
    and not exists (select from unnest(${of.used}) as used (id) where used.id = t.id::text)`;

/** Sets them aside, as a data-modifying clause. Needs `:now`. @param planted a CTE with `id` */
export const suspendAll = (planted: string, recovery: string): string =>
  `update authenticators set suspended_at = :now, suspended_by = ${recovery}::uuid where id in (select id from ${planted})`;

/**
 * What removes an authenticator, as assignments: its row stays for as long as a stop can give it back, and counts for nothing meanwhile.
 * Needs `:at` and `:session`, whose act it is.
 */
export const removal = `removed_at = :at, removed_by = :session, suspended_at = coalesce(suspended_at, :at::timestamptz)`;
