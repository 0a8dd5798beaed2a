import { type Sql, statement } from '@rekey/database';
import type { AuthenticatorView, BindingOnHold } from './authenticators.js';
import { removal } from './counting.js';

/** Nothing of this kind counts on the account of `t` right now: one of each kind does at most. */
const isFree = `not exists (
  select from authenticators other where other.account_id = t.account_id and other.kind = t.kind and other.bound_at is not null
    and other.suspended_at is null)`;

const remove = statement(
  'authenticator_remove',
  `update authenticators set ${removal} where id = :id and account_id = :account and bound_at is not null and removed_at is null returning kind`,
);

/** @returns its kind; undefined when the account has no such authenticator */
export async function removeAuthenticator(
  sql: Sql,
  of: { id: string; account: string; session: string; at: Date },
): Promise<AuthenticatorView['kind'] | undefined> {
  const [row] = await sql.query<{ kind: AuthenticatorView['kind'] }>(remove, of);
  return row?.kind;
}

/** The newest of each kind, where none of that kind counts: it counts again. The others stay set aside. */
const giveBack = (name: string, which: string) =>
  statement(
    `authenticator_give_back_${name}`,
    `update authenticators set suspended_at = null, suspended_by = null, removed_at = null, removed_by = null, replaced_by = null
     where id in (
       select distinct on (t.kind) t.id from authenticators t
       where t.account_id = :account and t.bound_at is not null and ${which} and ${isFree} order by t.kind, t.bound_at desc
     )`,
  );

const giveRemovedBack = giveBack(
  'removed',
  't.removed_by = any(:sessions::uuid[]) and t.suspended_by is null',
);
const giveSuspendedBack = giveBack(
  'suspended',
  't.removed_at is null and t.suspended_by = any(:recoveries::uuid[])',
);
const showAgain = statement(
  'authenticator_show_again',
  `update authenticators set removed_at = null, removed_by = null, replaced_by = null where account_id = :account and removed_by = any(:sessions::uuid[])`,
);

/**
 * In a transaction that holds the account: what these sessions have removed is there again, and what these recoveries have set aside
 * counts again. Where something else of the kind counts by now, it stays set aside, for the owner to confirm or remove.
 */
export async function giveAuthenticatorsBack(
  sql: Sql,
  of: { account: string; sessions: string[]; recoveries: string[] },
): Promise<void> {
  const { account, sessions, recoveries } = of;
  await sql.query(giveRemovedBack, { account, sessions });
  await sql.query(giveSuspendedBack, { account, recoveries });
  // Last: what a person had removed by hand, beside being set aside, is shown to them, and counts only when they say so.
  await sql.query(showAgain, { account, sessions });
}

const giveReplacedBack = giveBack('replaced', 't.replaced_by = :by::uuid');

const setReplacedAside = statement(
  'authenticator_set_replaced_aside',
  `update authenticators set removed_at = null, removed_by = null, replaced_by = null, suspended_by = :setAsideBy
   where account_id = :account and replaced_by = :by`,
);

const passReplacedOn = statement(
  'authenticator_pass_replaced_on',
  'update authenticators set replaced_by = :replacedBy where account_id = :account and replaced_by = :by',
);

const discardReplaced = statement(
  'authenticator_discard_replaced',
  'delete from authenticators where account_id = :account and replaced_by = :by and bound_by = :session::uuid returning id',
);

/**
 * In a transaction that holds the account, once what has replaced it is gone: it counts again. Where the same session had bound that as
 * well, it goes too, and what was before it counts again. What was removed by hand stays removed: its owner may have lost it.
 *
 * Where something else stands in the place of what is gone, that one has replaced it now. And where a recovery had set aside what is gone,
 * what was before it is set aside as well, for the owner to confirm: it may have been planted by another session.
 *
 * @param of.by what is gone
 */
export async function giveReplacedAuthenticatorBack(
  sql: Sql,
  of: { by: string } & Pick<BindingOnHold, 'account' | 'session' | 'setAsideBy' | 'replacedBy'>,
): Promise<void> {
  const [before] = await sql.query<{ id: string }>(discardReplaced, of);
  if (before) return giveReplacedAuthenticatorBack(sql, { ...of, by: before.id });
  await sql.query(of.replacedBy ? passReplacedOn : of.setAsideBy ? setReplacedAside : giveReplacedBack, of);
}

const forget = statement(
  'authenticator_forget_removed',
  'delete from authenticators where removed_at <= :before',
);

/** What was removed so long ago that no stop gives it back. */
export const forgetRemoved = (sql: Sql, before: Date): Promise<object[]> => sql.query(forget, { before });
