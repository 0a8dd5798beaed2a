import { literals, type Queryable, type SqlText, type Statement, sql, statement } from '@rekey/database';
import { type BoundKind, boundProofs, type Storages } from '@rekey/proofs';
import { proves, type Use } from './counting.js';

/** How the evidence of the authenticator `t` is read, as an expression of `jsonb`, and how a value of it is marked as used. */
const storages: Record<keyof Storages, { evidence: SqlText; use: Statement }> = {
  secret: {
    evidence: sql`jsonb_build_object('id', t.id, 'account', t.account_id, 'sealed', encode(t.secret_sealed, 'hex'), 'lastStep', t.last_step)`,
    use: statement(
      'authenticator_accept_step',
      sql`update authenticators set last_step = :step
   where id = :id and bound_at is not null and suspended_at is null and (last_step is null or last_step < :step::bigint) returning id`,
    ),
  },
  'code set': {
    evidence: sql`jsonb_build_object('id', t.id, 'salt', encode(t.salt, 'hex'), 'digests', (
      select coalesce(jsonb_agg(encode(c.digest, 'hex')), '[]') from backup_codes c where c.authenticator_id = t.id and c.used_at is null
    ))`,
    use: statement(
      'authenticator_use_code',
      sql`update backup_codes set used_at = :at where authenticator_id = :id and digest = :digest and used_at is null
     and exists (select from authenticators t where t.id = :id and t.suspended_at is null) returning digest`,
    ),
  },
};

/** Whether the authenticator with this alias is of one of the kinds, as a condition. */
export const isOfKind = (t: SqlText, kinds: readonly BoundKind[]): SqlText =>
  sql`${t}.kind in (${literals(kinds)})`;

const kindsStoredAs = (storage: keyof Storages): BoundKind[] =>
  boundProofs.filter((proof) => proof.storage === storage).map(({ id }) => id);

/** Whether the authenticator `t` has something left to prove with, as a condition: every code of a set may be used. */
export const hasSomethingLeft = sql`(${isOfKind(sql`t`, kindsStoredAs('secret'))} or exists (select from backup_codes c where c.authenticator_id = t.id and c.used_at is null))`;

/**
 * What an attempt is compared with, as SQL that yields `authenticator_id, evidence` for one account, or nothing. Sign-in also accepts
 * authenticators that recoveries have disabled.
 */
export const authenticatorEvidence = (
  proof: { id: BoundKind; storage: keyof Storages },
  account: SqlText,
  use: Use = 'recovery',
): SqlText => sql`
  select t.id::text as authenticator_id,
    ${storages[proof.storage].evidence} as evidence
  from authenticators t
  where t.account_id = ${account} and ${isOfKind(sql`t`, [proof.id])} and ${proves(sql`t`, use)}`;

/**
 * Marks a right value as used, so that it is accepted once (RFC 6238 §5.2).
 *
 * @returns false when it, or a later time step, was used before
 */
export const useAuthenticator = async (
  database: Queryable,
  storage: keyof Storages,
  of: { id: string; at: Date } & Storages[keyof Storages]['used'],
): Promise<boolean> => (await database.query(storages[storage].use, of)).length > 0;
