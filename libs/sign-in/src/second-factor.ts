import { authenticatorEvidence, hasSecondFactor, useAuthenticator } from '@rekey/accounts';
import { joined, type Queryable, type SqlText, type Statement, sql, statement } from '@rekey/database';
import { type Refusal, refuse } from '@rekey/kernel';
import {
  accountOddsKey,
  type Budget,
  clearRows,
  consumeOdds,
  consumeOddsRows,
  consumeRows,
  defaultOdds,
  failuresInARow,
  failureWindowMs,
  limited,
  type OddsPolicy,
  oddsParameters,
  recordExceeded,
} from '@rekey/limits';
import { recordChange } from '@rekey/outbox';
import {
  type BoundKind,
  boundProofOf,
  boundProofs,
  type ProofChange,
  type RegisteredProof,
  type Storages,
} from '@rekey/proofs';
import type { ActContext } from './context.js';

export interface SecondFactor {
  kind: BoundKind;
  value: string;
}

/**
 * Failures at sign-in have their own counter: exhausting an authenticator in recoveries does not keep its owner from signing in. Strangers
 * and known browsers or apps have separate counters too, so that strangers cannot exhaust the owner's.
 */
const signInFailures = (id: SqlText, isKnown: SqlText) =>
  sql`sha256(convert_to('sign-in-failures ' || ${id} || ' ' || ${isKnown}::text, 'utf8'))`;

/** Separate odds for strangers and for known browsers and apps: neither uses up those of the other. */
const oddsKey = (kind: BoundKind) =>
  sql`case when :isKnown::boolean then ${accountOddsKey(`sign-in-${kind}-known`, sql`:generation::text`)}
  else ${accountOddsKey(`sign-in-${kind}`, sql`:generation::text`)} end`;

const shares = 2;
/** Both shares together have the odds of the policy, and no more. */
const shareOf = ({ day, year }: OddsPolicy): OddsPolicy => ({ day: day / shares, year: year / shares });

const countedAttempt = (proof: RegisteredProof, chance: number): Statement =>
  statement(
    `sign_in_attempt_${proof.id}`,
    sql`with found as (
       ${authenticatorEvidence(proof, sql`:account`, 'sign-in')}
     ), paid as (
       ${consumeOddsRows(sql`select ${oddsKey(proof.id)} as key, ${chance}::double precision as cost, true as known from found`)}
     ), charged as (
       ${consumeRows(sql`select ${signInFailures(sql`found.authenticator_id`, sql`:isKnown::boolean`)} as key, ${failureWindowMs}::bigint as window_ms from found, paid`)}
     )
     select found.evidence, charged.spent as failures, charged.key, paid.key as odds
     from found left join paid on true left join charged on true`,
  );

/** 80 bits cannot be guessed, so no number of wrong codes may refuse the right one. */
const uncountedAttempt = (proof: RegisteredProof): Statement =>
  statement(
    `sign_in_attempt_${proof.id}`,
    sql`select evidence, 0 as failures, ''::bytea as key, ''::bytea as odds from (${authenticatorEvidence(proof, sql`:account`, 'sign-in')}) found`,
  );

const attemptStatements = Object.fromEntries(
  boundProofs.map((proof) => [
    proof.id,
    proof.chance === undefined ? uncountedAttempt(proof) : countedAttempt(proof, proof.chance),
  ]),
) as Record<BoundKind, Statement>;

/** The odds of a day or of a year are used up. A backup code still works. */
const outOfOdds: Budget = { policy: 'second-factors', quota: 1, windowMs: 86_400_000 };

interface AttemptRow {
  evidence: unknown;
  failures: number;
  key: Buffer;
  /** The key that was charged; null when the odds are used up. */
  odds: Buffer | null;
}

const clear = statement('sign_in_clear_failures', clearRows(sql`array[:key::bytea]`));

const clearAll = statement(
  'sign_in_clear_all_failures',
  sql`with found as (
     ${joined(
       boundProofs
         .filter(({ chance }) => chance !== undefined)
         .map((proof) => authenticatorEvidence(proof, sql`:account`, 'sign-in')),
       sql` union all `,
     )}
   )
   ${clearRows(sql`array(
     select sha.key from found, lateral (values (${signInFailures(sql`found.authenticator_id`, sql`true`)}), (${signInFailures(sql`found.authenticator_id`, sql`false`)})) as sha (key)
   )`)}`,
);

/**
 * Clears the failures after the owner completed a recovery, or once an attacker no longer has the password. Odds that were consumed stay
 * consumed.
 */
export const clearSecondFactorFailures = (database: Queryable, account: string): Promise<object[]> =>
  database.query(clearAll, { account });

/**
 * Checks the second factor of a sign-in whose password was right. It is required wherever an authenticator app is bound, also with a new
 * password after a recovery (OWASP ASVS 5.0 6.4.3). An attempt is counted before it is compared: a person who has the password can try
 * six-digit codes only within the odds of the policy, per day and per year. A right code is refunded.
 *
 * Refusals: `second_factor_required`, `unauthorized`, `rate_limited`.
 *
 * @param who `isKnown`: the browser or app is known for the account
 * @returns its `amr`; an empty list when the account has no second factor
 */
export async function checkSecondFactor(
  { database, keyring, clock, odds = defaultOdds }: ActContext,
  { account, ...who }: { account: string; generation: string; isKnown: boolean },
  offered: SecondFactor | undefined,
): Promise<string[] | Refusal> {
  if (!(await hasSecondFactor(database, account))) return [];
  if (!offered) return refuse('second_factor_required');
  const now = clock.now();
  const at = new Date(now);
  const policy = shareOf(odds);
  const proof = boundProofOf[offered.kind];
  const { chance } = proof;
  const [row] = await database.query<AttemptRow>(attemptStatements[offered.kind], {
    account,
    now: at,
    ...(chance === undefined ? {} : { ...who, ...oddsParameters(policy) }),
  });
  if (row && row.odds === null) {
    database.record('rate_limit_exceeded', { policy: outOfOdds.policy });
    await recordExceeded(database, outOfOdds, {
      party: `${proof.id} ${who.isKnown} ${account}`,
      now,
      accountId: account,
    });
    return limited(outOfOdds);
  }
  if (!row || row.failures > failuresInARow) return refuse('unauthorized');
  const evidence = row.evidence as Storages[keyof Storages]['evidence'];
  const used = await proof.match({ keyring, now }, offered.value, evidence);
  const isRight =
    used !== undefined && (await useAuthenticator(database, proof.storage, { id: evidence.id, at, ...used }));
  if (!isRight) {
    if (chance !== undefined && row.failures === failuresInARow) await tellOfGuesses();
    return refuse('unauthorized');
  }
  if (chance !== undefined && row.odds) {
    await database.query(clear, { key: row.key });
    // The code was right: refund what was charged for it.
    await consumeOdds(database, { key: row.odds, cost: -chance, now: at, policy });
  }
  return [proof.amr, 'mfa'];

  /** One notification until the next right code: the person who tried knows the password. */
  async function tellOfGuesses(): Promise<void> {
    const change = `${proof.id}_guessed` as ProofChange;
    await database.transaction((tx) =>
      recordChange(tx, { now, accountId: account, event: 'authenticator_disabled', change }),
    );
  }
}
