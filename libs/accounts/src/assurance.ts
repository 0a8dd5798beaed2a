import { literal, type Queryable, type SqlText, sql, statement } from '@rekey/database';
import type { Channel } from '@rekey/kernel';
import { type BoundKind, boundKinds, classOf } from '@rekey/proofs';
import { attestedAcr, isAttestedBy } from './attestation.js';
import { hasSomethingLeft, isOfKind } from './authenticator-storage.js';
import { counts, proves, type Use } from './counting.js';
import { isTrusted } from './trusted-address.js';

/** The assurance level of an account, and what else can prove who its owner is. */
export interface Assurance {
  /** Identifies the account behind the id: new at each creation. */
  generation: string;
  /** The assurance level that it requires, see {@link levelOf}. */
  aal: 1 | 2;
  /** Kinds of authenticators that a recovery may still ask for. */
  authenticators: BoundKind[];
  /** The channels of the addresses that a code can go to. */
  reachable: Channel[];
  /**
   * RFC 3339, to the microsecond: the last stop of one of its recoveries, unless a recovery that was held for it has been completed since.
   */
  stopped_at: string | null;
}

/** The channel that reaches the address `d`, as an expression. */
export const channelOf = sql`case d.kind when 'email' then 'email' else 'sms' end`;

/** Kinds that are asked for wherever they are bound. A code saved beforehand is only another way in. */
const secondFactors = boundKinds.filter((kind) => classOf[kind] === 'authenticator');
const hasSecondFactorBound = (use: Use) =>
  sql`exists (select from authenticators t where t.account_id = a.id and ${isOfKind(sql`t`, secondFactors)} and ${counts(sql`t`, use)})`;

/**
 * The assurance level that the account `a` requires (NIST SP 800-63B-4 §2), as SQL: 2 if the product says so, an authenticator app is
 * bound, or one of its roles requires it. Nothing else decides it. A disabled app still counts: an attacker who exhausts it must not make
 * the account easier to take. An app on hold counts for sign-in, and not yet for recovery.
 *
 * @param strongRoles an expression of `text[]`: the roles for which the policy asks for level 2
 */
export const levelOf = (strongRoles: SqlText, use: Use): SqlText =>
  sql`(case when a.aal = 2 or a.roles && ${strongRoles}::text[] or ${hasSecondFactorBound(use)} then 2 else 1 end)`;

/**
 * For a recovery. Needs `:strongRoles` and `:now`.
 *
 * @param lost an expression of `text[]`: addresses and authenticators, as evidence names them, that prove nothing here. The level stays.
 */
export const assuranceOf = (account: SqlText, lost?: SqlText): SqlText => sql`
  select jsonb_build_object(
    'generation', a.generation,
    'stopped_at', a.stopped_at,
    'aal', ${levelOf(sql`:strongRoles`, 'recovery')},
    'reachable', (
      select coalesce(jsonb_agg(distinct ${channelOf}), '[]')
      from addresses d where d.account_id = a.id and ${isTrusted(sql`d`)}${lost ? sql` and d.id::text || ':' || d.binding <> all(${lost})` : sql``}
    ),
    'authenticators', (
      select coalesce(jsonb_agg(t.kind order by t.kind), '[]') from authenticators t
      where t.account_id = a.id and ${proves(sql`t`, 'recovery')}
        and ${hasSomethingLeft}${lost ? sql` and t.id::text <> all(${lost})` : sql``}
    )
  ) from accounts a where a.id = ${account} and a.status = 'active'`;

/** Whether an account's address is still the authenticator that a code went to, as a condition: the same binding, still trusted. */
export const isAddressBound = (authenticator: SqlText, account: SqlText): SqlText => sql`exists (
  select from addresses d
  where d.account_id = ${account} and d.id = split_part(${authenticator}, ':', 1)::uuid and d.binding = split_part(${authenticator}, ':', 2)::integer
    and ${isTrusted(sql`d`)})`;

/** The same for any authenticator, as evidence names them, and for the override that stands for a missing proof. */
const isBound = (authenticator: SqlText, account: SqlText): SqlText => sql`
  case when position(':' in ${authenticator}) > 0 then ${isAddressBound(authenticator, account)}
    else exists (
      select from authenticators t
      where t.account_id = ${account} and t.id::text = ${authenticator} and ${proves(sql`t`, 'recovery')}
    ) or ${isAttestedBy(authenticator, account)} end`;

/**
 * Which proofs still hold, as SQL that yields `boolean[]` in their order. The account is active and of the same generation, the
 * authenticator is still bound and confirmed, and since the proof the account has had no new password and was not disabled.
 *
 * @param of expressions: the account's id, its generation or null, `text[]` of authenticators, `timestamptz[]` of when each was used
 */
export const proofsHeld = (of: {
  account: SqlText;
  generation: SqlText;
  authenticators: SqlText;
  times: SqlText;
}): SqlText => sql`array(
  select exists (
    select from accounts a
    where a.id = ${of.account} and a.status = 'active' and ${isOfGeneration(sql`a`, of.generation)}
      and coalesce(greatest(a.password_changed_at, a.evidence_from) <= proof.at, true) and ${isBound(sql`proof.authenticator`, sql`a.id`)}
  )
  from unnest(${of.authenticators}, ${of.times}) with ordinality as proof (authenticator, at, nth) order by nth)`;

/** Whether the account with this alias is still the same one, as a condition. The previous release wrote null. */
export const isOfGeneration = (account: SqlText, generation: SqlText): SqlText =>
  sql`(${generation} is null or ${account}.generation = ${generation})`;

/**
 * Whether the proofs of a recovery still entitle to a session of the account `a`, as a condition: its generation, every authenticator, no
 * new password but the recovery's own, not disabled in between, and a level that covers what the account requires now.
 *
 * @param of expressions; `since` is the time of the oldest proof, null when the previous release wrote it
 */
export const evidenceHolds = (of: {
  generation: SqlText;
  authenticators: SqlText;
  since: SqlText;
  recovery: SqlText;
  acr: SqlText;
  strongRoles: SqlText;
}): SqlText => sql`(
  ${isOfGeneration(sql`a`, of.generation)} and ${coversLevel(of.acr, of.strongRoles, 'recovery')}
  and (a.password_recovery_id is not distinct from ${of.recovery} or coalesce(a.password_changed_at <= ${of.since}, true))
  and coalesce(a.evidence_from <= ${of.since}, true)
  and not exists (select from unnest(${of.authenticators}) as proof (authenticator) where not (${isBound(sql`proof.authenticator`, sql`a.id`)})))`;

/** The same for an account that must also be active, as a condition. */
export const isEntitled = (account: SqlText, evidence: Parameters<typeof evidenceHolds>[0]): SqlText =>
  sql`exists (select from accounts a where a.id = ${account} and a.status = 'active' and ${evidenceHolds(evidence)})`;

/**
 * Whether an authentication context is enough for the level that the account `a` requires, as a condition. An attested identity recovers an
 * account of either level (NIST SP 800-63B-4 §4.2.2.2, repeated identity proofing); it is no level for anything else.
 */
export const coversLevel = (acr: SqlText, strongRoles: SqlText, use: Use): SqlText =>
  sql`(right(${acr}, 4) = 'aal2'${use === 'recovery' ? sql` or ${acr} = ${literal(attestedAcr)}` : sql``} or ${levelOf(strongRoles, use)} = 1)`;

const levelFor = (use: Use) =>
  sql`select ${levelOf(sql`:strongRoles`, use)} as level from accounts a where a.id = :account and a.status = 'active'`;

const levelNow = statement('account_level', levelFor('sign-in'));
const recoveryLevelNow = statement('account_recovery_level', levelFor('recovery'));

/** The level that a recovery has to reach: an authenticator on hold does not raise it yet. */
export async function readRecoveryLevel(
  database: Queryable,
  of: { account: string; strongRoles: string[]; now: Date },
): Promise<1 | 2 | undefined> {
  const [row] = await database.query<{ level: 1 | 2 }>(recoveryLevelNow, of);
  return row?.level;
}

const hasApp = statement(
  'account_has_app',
  sql`select ${hasSecondFactorBound('sign-in')} as has from accounts a where a.id = :account and a.status = 'active'`,
);

/** Whether a sign-in requires a second factor: an authenticator app is bound, disabled for recovery or not. */
export async function hasSecondFactor(database: Queryable, account: string): Promise<boolean> {
  const [row] = await database.query<{ has: boolean }>(hasApp, { account });
  return row?.has ?? false;
}

/** @returns the level that an active account requires for a sign-in; undefined without such an account */
export async function readLevel(
  database: Queryable,
  of: { account: string; strongRoles: string[] },
): Promise<1 | 2 | undefined> {
  const [row] = await database.query<{ level: 1 | 2 }>(levelNow, of);
  return row?.level;
}

// By the primary keys: an authenticator is its id, an address has its binding after it.
const namedIds = sql`select split_part(one, ':', 1)::uuid from unnest(:ids::text[]) one`;

const disable = statement(
  'authenticator_disable',
  sql`with app as (
     update authenticators set disabled_at = :at
     where id in (${namedIds}) and id::text = any(:ids::text[]) and disabled_at is null returning account_id
   ), address as (
     update addresses set disabled_at = :at
     where id in (${namedIds}) and id::text || ':' || binding = any(:ids::text[]) and disabled_at is null returning account_id
   )
   select account_id from app union all select account_id from address`,
);

/**
 * Allows short codes to an address again, as a data-modifying SQL clause: a code too long to guess has come back from it. It does not wait
 * for an account that is being put, which locks addresses before recoveries: the next long code allows them.
 *
 * @param authenticator an expression, as the evidence names it; nothing happens to one that is not an address
 */
export const allowShortCodes = (authenticator: SqlText): SqlText => sql`
  update addresses set disabled_at = null where id in (
    select id from addresses where id = split_part(${authenticator}, ':', 1)::uuid and binding::text = split_part(${authenticator}, ':', 2)
      and disabled_at is not null for no key update skip locked
  )`;

/**
 * Excludes authenticators from recovery until they are bound again (NIST SP 800-63B-4 §3.2.2). An address still works, without short codes.
 * Sign-in is not affected.
 *
 * @param of.ids as the evidence names them
 * @returns the account, when something was disabled that was not before
 */
export async function disableAuthenticators(
  database: Queryable,
  of: { ids: string[]; at: Date },
): Promise<string | undefined> {
  const [row] = await database.query<{ account_id: string }>(disable, of);
  return row?.account_id;
}
