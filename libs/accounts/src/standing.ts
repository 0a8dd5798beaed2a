import { type Sql, statement } from '@rekey/database';

/** How sure an account's sign-in is, and what else can prove whose it is. */
export interface Standing {
  /** The assurance level of its best sign-in: 2 where the product says so, or an authenticator app is bound. */
  aal: 1 | 2;
  roles: string[];
  /** Kinds of authenticators that a recovery may still ask for. */
  authenticators: ('totp' | 'backup_code')[];
  /** An authenticator app is bound, disabled for recovery or not. */
  hasTotp: boolean;
  /** There is an address that a code can go to. */
  reachable: boolean;
}

const hasTotp = `exists (select from authenticators t where t.account_id = a.id and t.kind = 'totp' and t.bound_at is not null)`;

/** A disabled app still counts for the level: who wears it out must not make the account easier to take. */
export const standingOf = (account: string): string => `
  select jsonb_build_object(
    'aal', greatest(a.aal, case when ${hasTotp} then 2 end),
    'hasTotp', ${hasTotp},
    'roles', to_jsonb(a.roles),
    'reachable', exists (
      select from addresses d where d.account_id = a.id and d.verified and d.removed_at is null and d.disabled_at is null
    ),
    'authenticators', (
      select coalesce(jsonb_agg(t.kind order by t.kind), '[]') from authenticators t
      where t.account_id = a.id and t.bound_at is not null and t.disabled_at is null
        and (t.kind = 'totp' or exists (select from backup_codes c where c.authenticator_id = t.id and c.used_at is null))
    )
  ) from accounts a where a.id = ${account} and a.status = 'active'`;

const unlessWornOut = (use: 'recovery' | 'sign-in') =>
  use === 'recovery' ? ' and t.disabled_at is null' : '';

/**
 * What a guess at an authenticator app is checked against, as SQL that yields `authenticator_id, evidence` for one account,
 * or nothing. Sign-in takes also what recoveries have worn out.
 */
export const totpEvidence = (account: string, use: 'recovery' | 'sign-in' = 'recovery'): string => `
  select t.id::text as authenticator_id,
    jsonb_build_object('id', t.id, 'sealed', encode(t.secret_sealed, 'hex'), 'lastStep', t.last_step) as evidence
  from authenticators t
  where t.account_id = ${account} and t.kind = 'totp' and t.bound_at is not null${unlessWornOut(use)}`;

/** The same for backup codes: the salt of the set and the digests of those that are left. */
export const backupCodeEvidence = (account: string, use: 'recovery' | 'sign-in' = 'recovery'): string => `
  select t.id::text as authenticator_id,
    jsonb_build_object('id', t.id, 'salt', encode(t.salt, 'hex'), 'digests', (
      select coalesce(jsonb_agg(encode(c.digest, 'hex')), '[]') from backup_codes c where c.authenticator_id = t.id and c.used_at is null
    )) as evidence
  from authenticators t
  where t.account_id = ${account} and t.kind = 'backup_code' and t.bound_at is not null${unlessWornOut(use)}`;

/** Whether an account's address still is the authenticator that a code went to, as a condition: bound as then, not removed, not worn out. */
export const isAddressBound = (authenticator: string, account: string): string => `exists (
  select from addresses d
  where d.account_id = ${account} and d.id = split_part(${authenticator}, ':', 1)::uuid and d.binding = split_part(${authenticator}, ':', 2)::integer
    and d.verified and d.removed_at is null and d.disabled_at is null)`;

const acceptStep = statement(
  'authenticator_accept_step',
  `update authenticators set last_step = :step
   where id = :id and bound_at is not null and (last_step is null or last_step < :step::bigint) returning id`,
);

/** @returns false when this time step, or a later one, was accepted before (RFC 6238 §5.2) */
export const acceptTotpStep = async (sql: Sql, of: { id: string; step: number }): Promise<boolean> =>
  (await sql.query(acceptStep, of)).length > 0;

const useCode = statement(
  'authenticator_use_code',
  `update backup_codes set used_at = :at where authenticator_id = :id and digest = :digest and used_at is null returning digest`,
);

/** @returns false when the code was used before */
export const useBackupCode = async (
  sql: Sql,
  of: { id: string; digest: Buffer; at: Date },
): Promise<boolean> => (await sql.query(useCode, of)).length > 0;

const disable = statement(
  'authenticator_disable',
  `with app as (
     update authenticators set disabled_at = :at where id::text = any(:ids::text[]) and disabled_at is null returning account_id
   ), address as (
     update addresses set disabled_at = :at where id::text || ':' || binding = any(:ids::text[]) and disabled_at is null returning account_id
   )
   select account_id from app union all select account_id from address`,
);

/**
 * Takes authenticators out of recovery until they are bound again (NIST SP 800-63B-4 §3.2.2). Sign-in is untouched.
 *
 * @param of.ids as the evidence names them
 * @returns the account, when something was disabled that was not before
 */
export async function disableAuthenticators(
  sql: Sql,
  of: { ids: string[]; at: Date },
): Promise<string | undefined> {
  const [row] = await sql.query<{ account_id: string }>(disable, of);
  return row?.account_id;
}
