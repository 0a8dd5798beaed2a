import { activeAccountOf, anybody } from '@rekey/accounts';
import { type Statement, statement } from '@rekey/database';
import {
  accountOddsKey,
  chargeOddsRows,
  chargeRows,
  failureKey,
  failuresInARow,
  failureWindowMs,
  identifierOddsKey,
  oddsOfTotp,
} from '@rekey/limits';
import { answeringByLink, answerings, type Evidence } from './evidence.js';
import { sqlStates, statesBefore } from './moves.js';
import { classOf, type ProofKind } from './policy.js';
import { type RecoveryRow, rowColumns } from './view.js';

/** What a burnt guess found. */
export interface Burnt extends RecoveryRow {
  /** Whose recovery it is: as the courier bound it with a code, else as its identifier says now. */
  account_id: string | null;
  /** Null when there was nothing to burn. */
  tries: number | null;
  /** Whether the odds of the identifier and of the account allow to look at it; true for what is paid when it is sent, or too long to guess. */
  affordable: boolean;
  /** Failures in a row of each authenticator that is short, this guess included. */
  evidence: (Evidence & { failures: number })[];
}

/** For whoever is not there: as much is looked for and as much is written as for those who are. It goes with the odds. */
const nobody = `'nobody ' || encode(spent.guess_key, 'hex')`;
const somebody = `coalesce(spent.account_id, ${nobody})`;
const dayMs = 86_400_000;

/** What a guess costs that was not paid for when a code was sent, as SQL for {@link chargeOddsRows}. */
const priced = (kind: ProofKind, cost: number): string => `
  select cost.key, ${cost}::double precision as cost, true as known from spent, lateral (values
    (${identifierOddsKey(kind, 'spent.guess_key')}), (${accountOddsKey(kind, somebody)})
  ) as cost (key)`;

/** An authenticator is no way to begin a recovery: nobody who has proved nothing yet uses up the odds of its owner. */
const mayBeGuessed = (kind: ProofKind): string =>
  classOf[kind] === 'authenticator' ? `recoveries.proofs <> '{}'` : 'true';

/**
 * Burns a guess: the recovery's, the odds of the identifier and of the account where it is an authenticator app, and one failure of
 * each authenticator that it is checked against and that could be guessed. All of it commits before anything is compared; a right
 * guess forgets its failures afterwards. What the odds do not allow is not checked: it wears nothing out.
 *
 * The courier binds a recovery to its account with the first code. Where it has not, or never will (past the limit of sends, or
 * without an address), the guess looks for the account itself, so that a saved code proves at once. For nobody's
 * identifier it is looked for each time; where the account is bound, therefore, something is looked for that nobody has. And as it
 * takes longer to find somebody than to find nobody, every guess does both: who finds nobody looks for anybody, and the other way round.
 */
const burning = (name: string, kind: ProofKind, evidence: string, cost?: number): Statement =>
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
         and expires_at > :now and idle_expires_at > :now and ${mayBeGuessed(kind)}
       returning recoveries.id, recoveries.tries, recoveries.guess_key,
         coalesce(recoveries.account_id, meant.account_id) as account_id
     ), found as (
       select one.* from spent, lateral (${evidence}) one
     ), paid as (
       ${cost === undefined ? 'select null::bytea as key where false' : chargeOddsRows(priced(kind, cost))}
     ), affordable as (
       -- An account that was worn out through another of its identifiers must not show it: that would tell that the two belong
       -- together. The guess is simply not looked at.
       select ${cost === undefined ? 'true' : '(select count(*) from paid) = 2'} as both,
         ${cost === undefined ? 'true' : `exists (select from paid, spent where paid.key = ${identifierOddsKey(kind, 'spent.guess_key')})`} as identifier
     ), checked as (
       select found.*, case when found.short then ${failureKey(`coalesce(found.authenticator_id, ${nobody})`)} end as key
       from found, spent, affordable where affordable.both
     ), charged as (
       ${chargeRows(`select distinct key, case when authenticator_id is null then ${dayMs}::bigint else ${failureWindowMs} end as window_ms from checked where short`)}
     )
     select ${rowColumns}, spent.account_id, spent.tries, affordable.identifier as affordable, (
         select coalesce(jsonb_agg(jsonb_build_object('authenticator', checked.authenticator_id, 'evidence', checked.evidence, 'short', checked.short,
           'failures', coalesce(charged.spent, 0))), '[]')
         from checked left join charged using (key)
       ) as evidence
     from recoveries left join spent on true, affordable
     where recoveries.id = :id`,
  );

export const burnings: Record<ProofKind | 'link', Statement> = {
  code: burning('code', 'code', answerings.code.evidence(somebody)),
  backup_code: burning('backup_code', 'backup_code', answerings.backup_code.evidence(somebody)),
  totp: burning('totp', 'totp', answerings.totp.evidence(somebody), oddsOfTotp),
  link: burning('link', 'code', answeringByLink(false).evidence(somebody)),
};

/** Which of the evidence a guess may be looked at with. */
export const usable = ({ evidence }: Burnt): Evidence[] =>
  evidence.filter(({ short, failures }) => !short || failures <= failuresInARow);

/** The authenticators for which this failure is one too many. */
export const wornOut = ({ evidence }: Burnt): string[] =>
  evidence.flatMap(({ authenticator, short, failures }) =>
    authenticator !== null && short && failures >= failuresInARow ? [authenticator] : [],
  );
