import { type Sql, statement } from '@rekey/database';
import { holdAccount } from './hold.js';

/** Something that a person has beside password and addresses. */
export interface AuthenticatorView {
  id: string;
  kind: 'totp' | 'backup_code';
  /** RFC 3339. */
  bound_at: string;
  /** Of backup codes. */
  codes_left?: number;
  /** After too many wrong values in a row it proves nothing in a recovery, until it is bound again. */
  disabled: boolean;
}

const list = statement(
  'authenticator_list',
  `select t.id, t.kind, t.bound_at, t.disabled_at,
     (select count(*)::int from backup_codes c where c.authenticator_id = t.id and c.used_at is null) as codes_left
   from authenticators t where t.account_id = :account and t.bound_at is not null order by t.bound_at`,
);

interface ListedRow {
  id: string;
  kind: AuthenticatorView['kind'];
  bound_at: Date;
  disabled_at: Date | null;
  codes_left: number;
}

export async function listAuthenticators(sql: Sql, account: string): Promise<AuthenticatorView[]> {
  const rows = await sql.query<ListedRow>(list, { account });
  return rows.map((row) => ({
    id: row.id,
    kind: row.kind,
    bound_at: row.bound_at.toISOString(),
    ...(row.kind === 'backup_code' ? { codes_left: row.codes_left } : {}),
    disabled: row.disabled_at !== null,
  }));
}

const forgetUnbound = statement(
  'authenticator_forget_unbound',
  `delete from authenticators where account_id = :account and kind = 'totp' and bound_at is null`,
);
const addUnbound = statement(
  'authenticator_add_unbound',
  `insert into authenticators (id, account_id, kind, created_at, secret_sealed)
   select :id, id, 'totp', :at, :sealed from accounts where id = :account and status = 'active' returning id`,
);

/** In a transaction. An authenticator app that is not bound yet; the one before it that was never bound is gone. @returns false without such an account */
export async function addUnboundTotp(
  sql: Sql,
  of: { id: string; account: string; sealed: Buffer; at: Date },
): Promise<boolean> {
  await holdAccount(sql, of.account);
  await sql.query(forgetUnbound, { account: of.account });
  return (await sql.query(addUnbound, of)).length > 0;
}

const findUnbound = statement(
  'authenticator_find_unbound',
  `select secret_sealed as sealed from authenticators where id = :id and account_id = :account and kind = 'totp' and bound_at is null`,
);

export async function findUnboundTotp(
  sql: Sql,
  of: { id: string; account: string },
): Promise<Buffer | undefined> {
  const [row] = await sql.query<{ sealed: Buffer }>(findUnbound, of);
  return row?.sealed;
}

const replaceBound = statement(
  'authenticator_replace_bound',
  `delete from authenticators where account_id = :account and kind = :kind and bound_at is not null and id <> :id`,
);
const bind = statement(
  'authenticator_bind',
  `update authenticators set bound_at = :at, bound_by = :session, last_step = :step where id = :id and account_id = :account and bound_at is null returning id`,
);

/**
 * In a transaction that holds the account. The app that was bound before is not any more; that one goes only when this one can be
 * bound, and is never this one.
 *
 * @returns false when it was bound meanwhile, or is gone
 */
export async function bindTotp(
  sql: Sql,
  of: { id: string; account: string; session: string; step: number; at: Date },
): Promise<boolean> {
  if (!(await findUnboundTotp(sql, of))) return false;
  await sql.query(replaceBound, { ...of, kind: 'totp' });
  return (await sql.query(bind, of)).length > 0;
}

const addCodes = statement(
  'authenticator_add_codes',
  `with made as (
     insert into authenticators (id, account_id, kind, created_at, bound_at, bound_by, salt)
     select :id, id, 'backup_code', :at, :at, :session, :salt from accounts where id = :account and status = 'active' returning id
   )
   insert into backup_codes (authenticator_id, digest) select made.id, unnest(:digests::bytea[]) from made returning digest`,
);

/** In a transaction that holds the account. The set before it is dead. @returns false without such an account */
export async function replaceBackupCodes(
  sql: Sql,
  of: { id: string; account: string; session: string; salt: Buffer; digests: Buffer[]; at: Date },
): Promise<boolean> {
  await sql.query(replaceBound, { ...of, kind: 'backup_code' });
  return (await sql.query(addCodes, of)).length > 0;
}

const remove = statement(
  'authenticator_remove',
  'delete from authenticators where id = :id and account_id = :account and bound_at is not null returning kind',
);

/** @returns its kind; undefined when the account has no such authenticator */
export async function removeAuthenticator(
  sql: Sql,
  of: { id: string; account: string },
): Promise<AuthenticatorView['kind'] | undefined> {
  const [row] = await sql.query<{ kind: AuthenticatorView['kind'] }>(remove, of);
  return row?.kind;
}

const removeBoundBy = statement(
  'authenticator_remove_bound_by',
  'delete from authenticators where account_id = :account and bound_by = any(:sessions::uuid[]) returning kind',
);

/** What these sessions have bound. @returns the kinds */
export async function removeAuthenticatorsBoundBy(
  sql: Sql,
  of: { account: string; sessions: string[] },
): Promise<AuthenticatorView['kind'][]> {
  const rows = await sql.query<{ kind: AuthenticatorView['kind'] }>(removeBoundBy, of);
  return rows.map(({ kind }) => kind);
}
