import { pruneOldest, type Queryable, type SqlText, sql, statement } from '@rekey/database';
import type { AuthenticatorView, BindingOnHold } from './authenticators.js';
import { removal } from './counting.js';

/** No authenticator of this kind counts for the account of `t` right now: at most one of each kind does. */
const isFree = sql`not exists (
  select from authenticators other where other.account_id = t.account_id and other.kind = t.kind and other.bound_at is not null
    and other.suspended_at is null)`;

const remove = statement(
  'authenticator_remove',
  sql`update authenticators set ${removal} where id = :id and account_id = :account and bound_at is not null and removed_at is null returning kind`,
);

/** @returns its kind; undefined when the account has no such authenticator */
export async function removeAuthenticator(
  database: Queryable,
  of: { id: string; account: string; session: string; at: Date },
): Promise<AuthenticatorView['kind'] | undefined> {
  const [row] = await database.query<{ kind: AuthenticatorView['kind'] }>(remove, of);
  return row?.kind;
}

/** The newest of each kind, if none of that kind counts, counts again. The others stay suspended. */
const restore = (name: string, which: SqlText) =>
  statement(
    `authenticator_restore_${name}`,
    sql`update authenticators set suspended_at = null, suspended_by = null, removed_at = null, removed_by = null, replaced_by = null
     where id in (
       select distinct on (t.kind) t.id from authenticators t
       where t.account_id = :account and t.bound_at is not null and ${which} and ${isFree} order by t.kind, t.bound_at desc
     )`,
  );

const restoreRemoved = restore(
  'removed',
  sql`t.removed_by = any(:sessions::uuid[]) and t.suspended_by is null`,
);
const restoreSuspended = restore(
  'suspended',
  sql`t.removed_at is null and t.suspended_by = any(:recoveries::uuid[])`,
);
const showAgain = statement(
  'authenticator_show_again',
  sql`update authenticators set removed_at = null, removed_by = null, replaced_by = null where account_id = :account and removed_by = any(:sessions::uuid[])`,
);

/**
 * Restores the authenticators that these sessions have removed and those that these recoveries have suspended, in a transaction that has
 * locked the account. If another of the same kind counts by now, they stay suspended, for the owner to confirm or remove.
 */
export async function restoreAuthenticators(
  database: Queryable,
  of: { account: string; sessions: string[]; recoveries: string[] },
): Promise<void> {
  const { account, sessions, recoveries } = of;
  await database.query(restoreRemoved, { account, sessions });
  await database.query(restoreSuspended, { account, recoveries });
  // Last, because these stay suspended: what a person had removed by hand is shown to them, and counts only when they confirm it.
  await database.query(showAgain, { account, sessions });
}

const restoreReplaced = restore('replaced', sql`t.replaced_by = :by::uuid`);

const setReplacedAside = statement(
  'authenticator_set_replaced_aside',
  sql`update authenticators set removed_at = null, removed_by = null, replaced_by = null, suspended_by = :setAsideBy
   where account_id = :account and replaced_by = :by`,
);

const passReplacedOn = statement(
  'authenticator_pass_replaced_on',
  sql`update authenticators set replaced_by = :replacedBy where account_id = :account and replaced_by = :by`,
);

const discardReplaced = statement(
  'authenticator_discard_replaced',
  sql`delete from authenticators where account_id = :account and replaced_by = :by and bound_by = :session::uuid returning id`,
);

/**
 * Restores the authenticators that a deleted one had replaced, in a transaction that has locked the account. If the same session had bound
 * the replaced one too, that is deleted as well, and the one before it counts again. An authenticator that was removed by hand stays
 * removed: its owner may have lost it.
 *
 * If another authenticator has replaced the deleted one, it now replaces the earlier ones too. If a recovery had suspended the deleted one,
 * the earlier one is suspended as well, for the owner to confirm: another session may have planted it.
 *
 * @param of.by the deleted authenticator
 */
export async function restoreReplacedAuthenticator(
  database: Queryable,
  of: { by: string } & Pick<BindingOnHold, 'account' | 'session' | 'setAsideBy' | 'replacedBy'>,
): Promise<void> {
  const [before] = await database.query<{ id: string }>(discardReplaced, of);
  if (before) return restoreReplacedAuthenticator(database, { ...of, by: before.id });
  await database.query(
    of.replacedBy ? passReplacedOn : of.setAsideBy ? setReplacedAside : restoreReplaced,
    of,
  );
}

const prune = statement('authenticators_prune', pruneOldest('authenticators', 'removed_at', sql`:before`));

/** Prunes authenticators that were removed so long ago that no stop gives them back. */
export const pruneRemoved = (database: Queryable, before: Date): Promise<object[]> =>
  database.query(prune, { before });
