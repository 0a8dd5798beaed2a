import { type Sql, sql, statement } from '@rekey/database';
import { removal } from './counting.js';
import { lockAccount } from './lock.js';

/** An authenticator of a person, besides password and addresses. */
export interface AuthenticatorView {
  id: string;
  kind: 'totp' | 'backup_code';
  /** RFC 3339. */
  bound_at: string;
  /** For backup codes. */
  codes_left?: number;
  /** Set after too many wrong values in a row: it proves nothing in a recovery until it is bound again. */
  disabled: boolean;
  /** A recovery has suspended it: it does not count until it is bound again or removed. Another of its kind may be bound meanwhile. */
  suspended: boolean;
  /** The network and client that it was bound from. */
  bound_from?: string;
  client_id?: string;
  /** RFC 3339: it counts in a recovery from then on; omitted if it does already. */
  counts_from?: string;
}

const list = statement(
  'authenticator_list',
  sql`select t.id, t.kind, t.bound_at, t.disabled_at, t.suspended_at, t.bound_from, t.bound_client,
     case when t.counts_from > :now then t.counts_from end as counts_from,
     (select count(*)::int from backup_codes c where c.authenticator_id = t.id and c.used_at is null) as codes_left
   from authenticators t where t.account_id = :account and t.bound_at is not null and t.removed_at is null order by t.bound_at`,
);

interface ListedRow {
  id: string;
  kind: AuthenticatorView['kind'];
  bound_at: Date;
  disabled_at: Date | null;
  suspended_at: Date | null;
  bound_from: string | null;
  bound_client: string | null;
  counts_from: Date | null;
  codes_left: number;
}

export async function listAuthenticators(
  sql: Sql,
  account: string,
  now: number,
): Promise<AuthenticatorView[]> {
  const rows = await sql.query<ListedRow>(list, { account, now: new Date(now) });
  return rows.map((row) => ({
    id: row.id,
    kind: row.kind,
    bound_at: row.bound_at.toISOString(),
    ...(row.kind === 'backup_code' ? { codes_left: row.codes_left } : {}),
    disabled: row.disabled_at !== null,
    suspended: row.suspended_at !== null,
    ...(row.bound_from ? { bound_from: row.bound_from } : {}),
    ...(row.bound_client ? { client_id: row.bound_client } : {}),
    ...(row.counts_from ? { counts_from: row.counts_from.toISOString() } : {}),
  }));
}

const pruneUnbound = statement(
  'authenticator_prune_unbound',
  sql`delete from authenticators where account_id = :account and kind = 'totp' and bound_at is null`,
);
const addUnbound = statement(
  'authenticator_add_unbound',
  sql`insert into authenticators (id, account_id, kind, created_at, secret_sealed)
   select :id, id, 'totp', :at, :sealed from accounts where id = :account and status = 'active' returning id`,
);

/**
 * Adds an authenticator app that is not bound yet, in a transaction, and deletes an earlier one that never was. @returns false without such
 * an account
 */
export async function addUnboundTotp(
  sql: Sql,
  of: { id: string; account: string; sealed: Buffer; at: Date },
): Promise<boolean> {
  await lockAccount(sql, of.account);
  await sql.query(pruneUnbound, { account: of.account });
  return (await sql.query(addUnbound, of)).length > 0;
}

const findUnbound = statement(
  'authenticator_find_unbound',
  sql`select secret_sealed as sealed from authenticators where id = :id and account_id = :account and kind = 'totp' and bound_at is null`,
);

export async function findUnboundTotp(
  sql: Sql,
  of: { id: string; account: string },
): Promise<Buffer | undefined> {
  const [row] = await sql.query<{ sealed: Buffer }>(findUnbound, of);
  return row?.sealed;
}

/** Who binds an authenticator, from where, and from when on it counts in a recovery. */
export type Binding = {
  account: string;
  session: string;
  client: string;
  from: string;
  at: Date;
  countsFrom: Date | null;
};

const replaceBound = statement(
  'authenticator_replace_bound',
  sql`update authenticators set ${removal}, replaced_by = :id
   where account_id = :account and kind = :kind and bound_at is not null and suspended_at is null and id <> :id`,
);
const bind = statement(
  'authenticator_bind',
  sql`update authenticators set bound_at = :at, bound_by = :session, bound_from = :from, bound_client = :client, counts_from = :countsFrom,
     last_step = :step
   where id = :id and account_id = :account and bound_at is null returning id`,
);

/**
 * Binds an authenticator app in a transaction that has locked the account. It replaces the app that was bound before, which is only unbound
 * when the new one can be bound, and is never the same one. An authenticator that a recovery has suspended stays, for its owner to confirm
 * or remove.
 *
 * @returns false when it was bound in the meantime, or is gone
 */
export async function bindTotp(sql: Sql, of: Binding & { id: string; step: number }): Promise<boolean> {
  if (!(await findUnboundTotp(sql, of))) return false;
  await sql.query(replaceBound, { ...of, kind: 'totp' });
  return (await sql.query(bind, of)).length > 0;
}

const addCodes = statement(
  'authenticator_add_codes',
  sql`with made as (
     insert into authenticators (id, account_id, kind, created_at, bound_at, bound_by, bound_from, bound_client, counts_from, salt)
     select :id, id, 'backup_code', :at, :at, :session, :from, :client, :countsFrom::timestamptz, :salt from accounts where id = :account and status = 'active' returning id
   )
   insert into backup_codes (authenticator_id, digest) select made.id, unnest(:digests::bytea[]) from made returning digest`,
);

/**
 * Replaces the backup codes in a transaction that has locked the account. The earlier set no longer works. @returns false without such an
 * account
 */
export async function replaceBackupCodes(
  sql: Sql,
  of: Binding & { id: string; salt: Buffer; digests: Buffer[] },
): Promise<boolean> {
  await sql.query(replaceBound, { ...of, kind: 'backup_code' });
  return (await sql.query(addCodes, of)).length > 0;
}

const discard = statement(
  'authenticator_discard',
  sql`delete from authenticators where id = :id and account_id = :account and bound_at is not null returning id`,
);

/** Deletes it permanently, because it was never the owner's. @returns false when it is already gone */
export const discardAuthenticator = async (sql: Sql, of: { id: string; account: string }): Promise<boolean> =>
  (await sql.query(discard, of)).length > 0;

const takesPlace = statement(
  'authenticator_takes_place',
  sql`select from authenticators t join authenticators mine on mine.account_id = t.account_id and mine.kind = t.kind
   where mine.id = :id and mine.account_id = :account and mine.suspended_at is not null and mine.removed_at is null and t.id <> mine.id
     and t.bound_at is not null and t.suspended_at is null`,
);

const restore = statement(
  'authenticator_restore',
  sql`update authenticators set suspended_at = null, suspended_by = null, bound_at = :at, bound_by = :session, bound_from = :from,
     bound_client = :client, counts_from = :countsFrom
   where id = :id and account_id = :account and suspended_at is not null and removed_at is null returning kind`,
);

/**
 * Binds an authenticator again that a recovery has suspended, in a transaction that has locked the account.
 *
 * @returns its kind; undefined when no authenticator with this id is suspended; `taken` when another of its kind is bound and has to be
 * removed first
 */
export async function restoreAuthenticator(
  sql: Sql,
  of: Binding & { id: string },
): Promise<AuthenticatorView['kind'] | 'taken' | undefined> {
  if ((await sql.query(takesPlace, of)).length > 0) return 'taken';
  const [row] = await sql.query<{ kind: AuthenticatorView['kind'] }>(restore, of);
  return row?.kind;
}

const binding = statement(
  'authenticator_binding',
  sql`select id, account_id as account, bound_by as session, kind, suspended_by as "setAsideBy", replaced_by as "replacedBy" from authenticators
   where id = :id and bound_at is not null and (removed_at is null or replaced_by is not null) and counts_from > :now`,
);

export interface BindingOnHold {
  id: string;
  account: string;
  kind: AuthenticatorView['kind'];
  /** The session that bound it. */
  session: string | null;
  /** The recovery that suspended it, and the authenticator that replaced it. */
  setAsideBy: string | null;
  replacedBy: string | null;
}

/** @returns undefined when it is no longer on hold, or is gone */
export async function bindingOf(sql: Sql, of: { id: string; now: Date }): Promise<BindingOnHold | undefined> {
  const [row] = await sql.query<BindingOnHold>(binding, of);
  return row;
}

const removeBoundBy = statement(
  'authenticator_remove_bound_by',
  sql`delete from authenticators where account_id = :account and bound_by = any(:sessions::uuid[]) returning kind, removed_at`,
);

/** Removes the authenticators that these sessions have bound. @returns their kinds, without those removed before */
export async function removeAuthenticatorsBoundBy(
  sql: Sql,
  of: { account: string; sessions: string[] },
): Promise<AuthenticatorView['kind'][]> {
  const rows = await sql.query<{ kind: AuthenticatorView['kind']; removed_at: Date | null }>(
    removeBoundBy,
    of,
  );
  return rows.flatMap(({ kind, removed_at: removedAt }) => (removedAt === null ? [kind] : []));
}
