import { literal, type Queryable, sql, statement } from '@rekey/database';
import { type BoundKind, boundProofOf, totp } from '@rekey/proofs';
import { IsNull, MoreThan, Not } from 'typeorm';
import { removal } from './counting.js';
import { AuthenticatorEntity } from './entities/authenticator.entity.js';
import { BackupCodeEntity } from './entities/backup-code.entity.js';
import { lockAccount } from './lock.js';

/** An authenticator of a person, besides password and addresses. */
export interface AuthenticatorView {
  id: string;
  kind: BoundKind;
  /** RFC 3339. */
  bound_at: string;
  /** For a set of codes. */
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

export async function listAuthenticators(
  database: Queryable,
  account: string,
  now: number,
): Promise<AuthenticatorView[]> {
  const rows = await database.inRepository(AuthenticatorEntity, (authenticators) =>
    authenticators.find({
      select: {
        id: true,
        kind: true,
        bound_at: true,
        disabled_at: true,
        suspended_at: true,
        bound_from: true,
        bound_client: true,
        counts_from: true,
      },
      where: { account_id: account, bound_at: Not(IsNull()), removed_at: IsNull() },
      order: { bound_at: 'asc' },
    }),
  );
  return Promise.all(
    rows.map(async (row) => ({
      id: row.id,
      kind: row.kind,
      bound_at: (row.bound_at as Date).toISOString(),
      ...(boundProofOf[row.kind].storage === 'code set'
        ? { codes_left: await codesLeft(database, row.id) }
        : {}),
      disabled: row.disabled_at !== null,
      suspended: row.suspended_at !== null,
      ...(row.bound_from ? { bound_from: row.bound_from } : {}),
      ...(row.bound_client ? { client_id: row.bound_client } : {}),
      ...(row.counts_from && row.counts_from.getTime() > now
        ? { counts_from: row.counts_from.toISOString() }
        : {}),
    })),
  );
}

const codesLeft = (database: Queryable, authenticator: string): Promise<number> =>
  database.inRepository(BackupCodeEntity, (codes) =>
    codes.countBy({ authenticator_id: authenticator, used_at: IsNull() }),
  );

const addUnbound = statement(
  'authenticator_add_unbound',
  sql`insert into authenticators (id, account_id, kind, created_at, secret_sealed)
   select :id, id, ${literal(totp.id)}, :at, :sealed from accounts where id = :account and status = 'active' returning id`,
);

/**
 * Adds an authenticator app that is not bound yet, in a transaction, and deletes an earlier one that never was. @returns false without such
 * an account
 */
export async function addUnboundTotp(
  database: Queryable,
  of: { id: string; account: string; sealed: Buffer; at: Date },
): Promise<boolean> {
  await lockAccount(database, of.account);
  await database.inRepository(AuthenticatorEntity, (authenticators) =>
    authenticators.delete({ account_id: of.account, kind: totp.id, bound_at: IsNull() }),
  );
  return (await database.query(addUnbound, of)).length > 0;
}

const unboundTotp = (of: { id: string; account: string }) => ({
  id: of.id,
  account_id: of.account,
  kind: totp.id,
  bound_at: IsNull(),
});

export async function findUnboundTotp(
  database: Queryable,
  of: { id: string; account: string },
): Promise<Buffer | undefined> {
  const row = await database.inRepository(AuthenticatorEntity, (authenticators) =>
    authenticators.findOne({ select: { id: true, secret_sealed: true }, where: unboundTotp(of) }),
  );
  return row?.secret_sealed ?? undefined;
}

/** Whether there is one with this id, and whether it counts: removed and suspended ones do not. `boundAt` is null before it is bound. */
export async function authenticatorById(
  database: Queryable,
  of: { id: string; account: string },
): Promise<{ boundAt: Date | null; counts: boolean } | undefined> {
  const row = await database.inRepository(AuthenticatorEntity, (authenticators) =>
    authenticators.findOne({
      select: { id: true, bound_at: true, removed_at: true, suspended_at: true },
      where: { id: of.id, account_id: of.account },
    }),
  );
  return row ? { boundAt: row.bound_at, counts: !row.removed_at && !row.suspended_at } : undefined;
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
/**
 * Binds an authenticator app in a transaction that has locked the account. It replaces the app that was bound before, which is only unbound
 * when the new one can be bound, and is never the same one. An authenticator that a recovery has suspended stays, for its owner to confirm
 * or remove.
 *
 * @returns false when it was bound in the meantime, or is gone
 */
export async function bindTotp(
  database: Queryable,
  of: Binding & { id: string; step: number },
): Promise<boolean> {
  if (!(await findUnboundTotp(database, of))) return false;
  await database.query(replaceBound, { ...of, kind: totp.id });
  const { affected } = await database.inRepository(AuthenticatorEntity, (authenticators) =>
    authenticators.update(unboundTotp(of), {
      bound_at: of.at,
      bound_by: of.session,
      bound_from: of.from,
      bound_client: of.client,
      counts_from: of.countsFrom,
      last_step: String(of.step),
    }),
  );
  return affected === 1;
}

const addCodes = statement(
  'authenticator_add_codes',
  sql`with made as (
     insert into authenticators (id, account_id, kind, created_at, bound_at, bound_by, bound_from, bound_client, counts_from, salt)
     select :id, id, :kind::text, :at, :at, :session, :from, :client, :countsFrom::timestamptz, :salt from accounts where id = :account and status = 'active' returning id
   )
   insert into backup_codes (authenticator_id, digest) select made.id, unnest(:digests::bytea[]) from made returning digest`,
);

/**
 * Replaces a set of codes in a transaction that has locked the account. The earlier set no longer works. @returns false without such an
 * account
 */
export async function replaceCodes(
  database: Queryable,
  of: Binding & { id: string; kind: BoundKind; salt: Buffer; digests: Buffer[] },
): Promise<boolean> {
  await database.query(replaceBound, of);
  return (await database.query(addCodes, of)).length > 0;
}

/** Deletes it permanently, because it was never the owner's. @returns false when it is already gone */
export async function discardAuthenticator(
  database: Queryable,
  of: { id: string; account: string },
): Promise<boolean> {
  const { affected } = await database.inRepository(AuthenticatorEntity, (authenticators) =>
    authenticators.delete({ id: of.id, account_id: of.account, bound_at: Not(IsNull()) }),
  );
  return affected === 1;
}

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
  database: Queryable,
  of: Binding & { id: string },
): Promise<AuthenticatorView['kind'] | 'taken' | undefined> {
  if ((await database.query(takesPlace, of)).length > 0) return 'taken';
  const [row] = await database.query<{ kind: AuthenticatorView['kind'] }>(restore, of);
  return row?.kind;
}

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
export async function bindingOf(
  database: Queryable,
  of: { id: string; now: Date },
): Promise<BindingOnHold | undefined> {
  const onHold = { id: of.id, bound_at: Not(IsNull()), counts_from: MoreThan(of.now) };
  const row = await database.inRepository(AuthenticatorEntity, (authenticators) =>
    authenticators.findOne({
      select: {
        id: true,
        account_id: true,
        bound_by: true,
        kind: true,
        suspended_by: true,
        replaced_by: true,
      },
      where: [
        { ...onHold, removed_at: IsNull() },
        { ...onHold, replaced_by: Not(IsNull()) },
      ],
    }),
  );
  if (!row) return undefined;
  return {
    id: row.id,
    account: row.account_id,
    kind: row.kind,
    session: row.bound_by,
    setAsideBy: row.suspended_by,
    replacedBy: row.replaced_by,
  };
}

const removeBoundBy = statement(
  'authenticator_remove_bound_by',
  sql`delete from authenticators where account_id = :account and bound_by = any(:sessions::uuid[]) returning kind, removed_at`,
);

/** Removes the authenticators that these sessions have bound. @returns their kinds, without those removed before */
export async function removeAuthenticatorsBoundBy(
  database: Queryable,
  of: { account: string; sessions: string[] },
): Promise<AuthenticatorView['kind'][]> {
  const rows = await database.query<{ kind: AuthenticatorView['kind']; removed_at: Date | null }>(
    removeBoundBy,
    of,
  );
  return rows.flatMap(({ kind, removed_at: removedAt }) => (removedAt === null ? [kind] : []));
}
