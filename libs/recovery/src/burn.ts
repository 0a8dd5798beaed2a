import { activeAccountOf, anybody } from '@rekey/accounts';
import { type Statement, statement } from '@rekey/database';
import {
  accountGuessKey,
  budgets,
  chargeRows,
  failureKey,
  failuresInARow,
  failureWindowMs,
  identifierGuessKey,
} from '@rekey/limits';
import { answeringByLink, answerings, type Evidence } from './evidence.js';
import { sqlStates, statesBefore } from './moves.js';
import type { ProofKind } from './policy.js';
import { type RecoveryRow, rowColumns } from './view.js';

/** What a burnt guess found. */
export interface Burnt extends RecoveryRow {
  /** Whose recovery it is: as the courier bound it with a code, else as its identifier says now. */
  account_id: string | null;
  /** Null when there was nothing to burn. */
  tries: number | null;
  /** Guesses of the day at the identifier, this one included. */
  identifier_spent: number | null;
  resets_at: Date | null;
  /** Failures in a row of each authenticator, this guess included. */
  evidence: (Evidence & { failures: number })[];
}

/** For whoever is not there: as much is looked for and as much is written as for those who are. Gone after a day. */
const nobody = `'nobody ' || encode(spent.guess_key, 'hex')`;
const somebody = `coalesce(spent.account_id, ${nobody})`;
const { guessesADay } = budgets;
const dayMs = guessesADay.windowMs;

/**
 * Burns a guess: the recovery's, the day's of the identifier and of the account, and one failure of each authenticator that
 * it is checked against. All of it commits before anything is compared; a right guess forgets its failures afterwards. What is past a
 * day's limit is not checked: it wears nothing out, and is charged to nobody.
 *
 * The courier binds a recovery to its account with the first code. Where it has not, or never will (past the limit of sends, or
 * without an address), the guess looks for the account itself, so that a saved code or an app proves at once. For nobody's
 * identifier it is looked for each time; where the account is bound, therefore, something is looked for that nobody has. And as it
 * takes longer to find somebody than to find nobody, every guess does both: who finds nobody looks for anybody, and the other way round.
 */
const burning = (name: string, kind: ProofKind, evidence: string): Statement =>
  statement(
    `recovery_burn_${name}`,
    `with sought as materialized (
       select array(
         select case when account_id is null then digest else sha256(digest) end from unnest(identifier_digests) digest
       ) as digests from recoveries where id = :id
     ), meant as materialized (
       select ${activeAccountOf('sought.digests')} as account_id, sought.digests from sought
     ), against as materialized (
       select case when account_id is null then (${anybody}) else array(select sha256(digest) from unnest(digests) digest) end as digests
       from meant
     ), other as materialized (
       select ${activeAccountOf('against.digests')} as account_id from against
     ), spent as (
       update recoveries set tries = tries + 1, idle_expires_at = least(expires_at, :idleExpiresAt::timestamptz)
       from meant, other
       where id = :id and state in (${sqlStates(statesBefore('prove'))}) and tries < :triesAllowed::integer
         and expires_at > :now and idle_expires_at > :now
       returning recoveries.id, recoveries.tries, recoveries.guess_key,
         coalesce(recoveries.account_id, meant.account_id) as account_id
     ), found as (
       select one.* from spent, lateral (${evidence}) one
     ), day as (
       select ${identifierGuessKey(kind, 'spent.guess_key')} as identifier, ${accountGuessKey(kind, somebody)} as account
       from spent
     ), charged_day as (
       ${chargeRows(`select identifier as key, ${dayMs}::bigint as window_ms from day union select account, ${dayMs} from day`)}
     ), checked as (
       -- An account that was worn out through another of its identifiers must not show it: that would tell that the two belong
       -- together. The guess is simply not looked at.
       select found.* from found where not exists (select from charged_day where charged_day.spent > ${guessesADay.quota})
     ), failing as (
       select checked.authenticator_id, checked.evidence, ${failureKey(`coalesce(checked.authenticator_id, ${nobody})`)} as key
       from spent left join checked on true
     ), charged as (
       ${chargeRows(`select distinct key, case when authenticator_id is null then ${dayMs}::bigint else ${failureWindowMs} end as window_ms from failing`)}
     )
     select ${rowColumns}, spent.account_id, spent.tries, identifier.spent as identifier_spent, identifier.resets_at, (
         select coalesce(jsonb_agg(jsonb_build_object('authenticator', failing.authenticator_id, 'evidence', failing.evidence, 'failures', charged.spent)), '[]')
         from failing join charged using (key) where failing.evidence is not null
       ) as evidence
     from recoveries left join spent on true left join day on true
       left join charged_day identifier on identifier.key = day.identifier
     where recoveries.id = :id`,
  );

export const burnings: Record<ProofKind | 'link', Statement> = {
  code: burning('code', 'code', answerings.code.evidence(somebody)),
  backup_code: burning('backup_code', 'backup_code', answerings.backup_code.evidence(somebody)),
  totp: burning('totp', 'totp', answerings.totp.evidence(somebody)),
  link: burning('link', 'code', answeringByLink(false).evidence(somebody)),
};

/** Which of the evidence a guess may be looked at with. */
export const usable = ({ evidence }: Burnt): Evidence[] =>
  evidence.filter(({ failures }) => failures <= failuresInARow);

/** The authenticators for which this failure is one too many. */
export const wornOut = ({ evidence }: Burnt): string[] =>
  evidence.flatMap(({ authenticator, failures }) =>
    authenticator !== null && failures >= failuresInARow ? [authenticator] : [],
  );
