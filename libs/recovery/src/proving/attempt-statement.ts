import { activeAccountOf, anyAccount } from '@rekey/accounts';
import { type SqlText, type Statement, sql, statement } from '@rekey/database';
import {
  accountOddsKey,
  consumeOddsRows,
  consumeRows,
  failureKey,
  failuresInARow,
  failureWindowMs,
  identifierOddsKey,
} from '@rekey/limits';
import { boundProofOf, classOf, deliveredCode, isBoundKind, type ProofKind, proofKinds } from '@rekey/proofs';
import { sourceStates, sqlStates } from '../state-machine.js';
import { type RecoveryRow, rowColumns } from '../view.js';
import { answeringByLink, type Evidence, verifiers } from './verifiers.js';

/** What a spent attempt found. */
export interface Attempt extends RecoveryRow {
  /** The account of the recovery: as the courier bound it with a code, otherwise the current owner of the identifier. */
  account_id: string | null;
  /** Null when there was no attempt to spend. */
  tries: number | null;
  /**
   * Whether the odds of the identifier allow the comparison; the account's odds are not reported, see below. Always true for proofs that
   * are paid for when they are sent, and for those too long to guess.
   */
  affordable: boolean;
  /** Consecutive failures of each short authenticator, this attempt included. */
  evidence: (Evidence & { failures: number })[];
}

/**
 * Stands in for an account that does not exist, under the key of the identifier's odds: as much is looked up and as much is written as for
 * an existing one.
 */
const nobody = sql`'nobody ' || encode(spent.guess_key, 'hex')`;
const somebody = sql`coalesce(spent.account_id, ${nobody})`;
const dayMs = 86_400_000;

/** The price of an attempt that was not paid for when a code was sent, as SQL for {@link consumeOddsRows}. */
const priced = (kind: ProofKind, cost: number): SqlText => sql`
  select cost.key, ${cost}::double precision as cost, true as known from spent, lateral (values
    (${identifierOddsKey(kind, sql`spent.guess_key`)}), (${accountOddsKey(kind, somebody)})
  ) as cost (key)`;

/** An authenticator cannot be the first proof of a recovery. Otherwise a person who has proved nothing could use up the owner's odds. */
const mayBeGuessed = (kind: ProofKind): SqlText =>
  classOf[kind] === 'authenticator' ? sql`recoveries.proofs <> '{}'` : sql`true`;

/**
 * Spends an attempt: one of the recovery's attempts, the odds of the identifier and of the account for a proof that has a chance, and one
 * failure of each guessable authenticator that the value is compared with. All of it commits before anything is compared. A right attempt
 * clears its failures afterwards. An attempt that the odds do not allow is not compared and adds no failure to an authenticator.
 *
 * The courier binds a recovery to its account with the first code. If it has not done so yet, or never will (over the limit of sends, or no
 * address), the attempt looks up the account itself, so that a saved code proves at once.
 *
 * To keep timing uniform, every attempt runs one lookup that hits and one that misses: an unknown identifier adds a lookup of an arbitrary
 * account, a bound recovery adds a lookup of a non-existent one.
 */
const attemptStatement = (name: string, kind: ProofKind, evidence: SqlText, cost?: number): Statement =>
  statement(
    `recovery_attempt_${name}`,
    sql`with sought as materialized (
       select array(
         select case when account_id is null then digest else sha256(digest) end from unnest(identifier_digests) digest
       ) as digests from recoveries where id = :id
     ), meant as materialized (
       select ${activeAccountOf(sql`sought.digests`)} as account_id, sought.digests from sought
     ), against as materialized (
       select case when account_id is null then (${anyAccount}) else array(select sha256(digest) from unnest(digests) digest) end as digests
       from meant
     ), other as materialized (
       select ${activeAccountOf(sql`against.digests`)} as account_id from against
     ), spent as (
       update recoveries set tries = tries + 1, idle_expires_at = least(expires_at, :idleExpiresAt::timestamptz)
       from meant, other
       where id = :id and state in (${sqlStates(sourceStates('prove'))}) and tries < :triesAllowed::integer
         and expires_at > :now and idle_expires_at > :now and ${mayBeGuessed(kind)}
       returning recoveries.id, recoveries.tries, recoveries.guess_key,
         coalesce(recoveries.account_id, meant.account_id) as account_id
     ), found as (
       select one.* from spent, lateral (${evidence}) one
     ), paid as (
       ${cost === undefined ? sql`select null::bytea as key where false` : consumeOddsRows(priced(kind, cost))}
     ), affordable as (
       -- An account that was exhausted through another of its identifiers must not show it: that would reveal that both identifiers belong
       -- together. The attempt is refused like a wrong one, without a comparison.
       select ${cost === undefined ? sql`true` : sql`(select count(*) from paid) = 2`} as both,
         ${cost === undefined ? sql`true` : sql`exists (select from paid, spent where paid.key = ${identifierOddsKey(kind, sql`spent.guess_key`)})`} as identifier
     ), checked as (
       select found.*, case when found.short then ${failureKey(sql`coalesce(found.authenticator_id, ${nobody})`)} end as key
       from found, spent, affordable where affordable.both
     ), charged as (
       ${consumeRows(sql`select distinct key, case when authenticator_id is null then ${dayMs}::bigint else ${failureWindowMs} end as window_ms from checked where short`)}
     )
     select ${rowColumns}, spent.account_id, spent.tries, affordable.identifier as affordable, (
         select coalesce(jsonb_agg(jsonb_build_object('authenticator', checked.authenticator_id, 'evidence', checked.evidence, 'short', checked.short,
           'failures', coalesce(charged.spent, 0))), '[]')
         from checked left join charged using (key)
       ) as evidence
     from recoveries left join spent on true, affordable
     where recoveries.id = :id`,
  );

/** The chance of one guess, for a kind whose attempts are paid for from the odds. */
export const chanceOf = (kind: ProofKind): number | undefined =>
  isBoundKind(kind) ? boundProofOf[kind].chance : undefined;

export const attemptStatements = {
  ...Object.fromEntries(
    proofKinds.map((kind) => [
      kind,
      attemptStatement(kind, kind, verifiers[kind].evidence(somebody), chanceOf(kind)),
    ]),
  ),
  link: attemptStatement('link', deliveredCode.id, answeringByLink(false).evidence(somebody)),
} as Record<ProofKind | 'link', Statement>;

/** The evidence that an attempt may be compared with. */
export const withinFailureLimit = ({ evidence }: Attempt): Evidence[] =>
  evidence.filter(({ short, failures }) => !short || failures <= failuresInARow);

/** The authenticators that reach their failure limit with this attempt. */
export const exhausted = ({ evidence }: Attempt): string[] =>
  evidence.flatMap(({ authenticator, short, failures }) =>
    authenticator !== null && short && failures >= failuresInARow ? [authenticator] : [],
  );
