import { type Assurance, allowShortCodes, isAddressBound } from '@rekey/accounts';
import { insertAudit } from '@rekey/audit';
import { type Queryable, sql, statement, withSecondLook } from '@rekey/database';
import { isRefused, type Refusal, refuse, uuidv7 } from '@rekey/kernel';
import {
  type AttemptSource,
  clearRows,
  conversionRows,
  failureKey,
  oddsParameters,
  triesPerRecovery,
} from '@rekey/limits';
import { classOf, type ProofKind, proofOf } from '@rekey/proofs';
import { correlationOf, type LabelsOf } from '@rekey/telemetry';
import { closedRefusal } from '../closed.js';
import type { RecoveryContext, RecoveryReference } from '../context.js';
import { answerReserved, idempotentSecretRequest } from '../idempotency.js';
import { lifetimes } from '../lifetimes.js';
import { type AttemptCaller, attemptFrom } from '../proving/attempt-from.js';
import {
  type Attempt,
  attemptStatements,
  chanceOf,
  withinFailureLimit,
} from '../proving/attempt-statement.js';
import { withAttestation } from '../proving/attestation.js';
import { acceptedAttempts, type Judged, judge, judgedColumns } from '../proving/judge.js';
import { attemptsADay, dailyLimit, noTriesLeft } from '../proving/no-tries-left.js';
import { type Once, proveOnce, valuesToStore } from '../proving/prove-once.js';
import { recordFailure } from '../proving/record-failure.js';
import { rejudge } from '../proving/rejudge.js';
import { type Verified, type Verifier, verifiers } from '../proving/verifiers.js';
import { sourceStates, sqlStates, targetState } from '../state-machine.js';
import { notifyOfHold } from '../stops/hold.js';
import { isRecoveryToken } from '../tokens/recovery-token.js';
import { eventOf, timesOf, timesOfTransition } from '../transition.js';
import {
  offeredAddresses,
  type RecoveryView,
  type SealedOffer,
  stateAt,
  stateRefusal,
  viewOf,
} from '../view.js';

const consume = statement(
  'recovery_consume_proof',
  sql`with won as (
     update recoveries set state = :state, proofs = :proofs, amr = :amrs, proof_authenticators = :authenticators, proof_times = :times,
       acr = :acr, ${timesOfTransition},
       account_id = :account::text, generation = :generation::uuid
     where id = :id and state in (${sqlStates(sourceStates('prove'))}) and coalesce(account_id, :account) = :account
       and coalesce(generation, :generation) = :generation and proofs = :before::text[]
     returning id, account_id
   ), forgotten as (
     ${clearRows(sql`array(select ${failureKey(sql`:authenticator::text`)} from won)`)}
   ), short_again as (
     ${allowShortCodes(sql`(select :authenticator::text from won)`)}
   ), told as (
     ${notifyOfHold(sql`won`)}
   ), paid_off as (
     ${conversionRows(sql`select :messageId::uuid from won`)}
   ), answered as (
     ${answerReserved(sql`exists (select from won)`)}
   ), audited as (
     ${insertAudit}
     :auditId::uuid, :now::timestamptz, :event, 'person', won.account_id, won.id,
       jsonb_build_object('kind', :kind::text, 'amr', :amr::text) || :decision::jsonb
     from won
   )
   select ${offeredAddresses(sql`won.account_id`)} as offers from won`,
);

export interface ProofInput {
  kind: ProofKind;
  value: string;
  idempotencyKey?: string | undefined;
  /** Of {@link attemptOnce}, which has reserved a key already. */
  once?: Once | undefined;
}

/**
 * Offers a proof. A guarded update spends the attempt and commits before anything is compared. A second guarded update accepts a right one,
 * and only one caller can win it. No separate statement reads before the first. When the policy wants more from this account than this
 * proof, the view says what, and only then.
 *
 * Refusals: `not_found`, `finished`, `wrong_proof` (with `tries_left`), `no_tries_left`, `invalid_state` (already proven, or by this kind,
 * or by an authenticator as the first proof), `rate_limited` (too many wrong attempts from this network), `idempotency_key_reused`.
 *
 * @param by the caller that wrong attempts are charged to
 */
export async function prove(
  context: RecoveryContext,
  reference: RecoveryReference,
  { kind, value, idempotencyKey, once: given }: ProofInput,
  by?: AttemptCaller,
): Promise<RecoveryView | Refusal> {
  if (!isRecoveryToken(context.keyring, reference)) return refuse('not_found');
  // Wrong attempts of others must not block a right one that is too long to guess.
  const caller = proofOf[kind].isShort ? by : undefined;
  const { id } = reference;
  const proveIt = (once: Once | undefined) =>
    proveWith(context, id, verifiers[kind], { value, statement: attemptStatements[kind], caller, once });
  if (idempotencyKey === undefined) return proveIt(given);
  const request = idempotentSecretRequest(context.keyring, idempotencyKey, `proofs\0${id}`, { kind, value });
  return proveOnce(context, id, request, proveIt);
}

interface AttemptInput {
  value: string;
  statement: (typeof attemptStatements)[ProofKind];
  counter?: number;
  caller: AttemptCaller | undefined;
  once?: Once | undefined;
}

/** The same for a caller who has shown in another way that they mean this recovery. */
export async function proveWith(
  context: RecoveryContext,
  id: string,
  verifier: Verifier,
  by: AttemptInput,
): Promise<RecoveryView | Refusal> {
  const outcome = await attemptFrom(context, id, by.caller, (sources) =>
    attempt(context, id, verifier, { ...by, sources }),
  );
  context.database.record('proofs', { kind: verifier.kind, outcome: outcomeLabel(outcome) });
  return outcome;
}

function outcomeLabel(outcome: RecoveryView | Refusal): LabelsOf<'proofs'>['outcome'] {
  if (!isRefused(outcome))
    return outcome.state === 'proving' ? 'accepted' : outcome.state === 'held' ? 'held' : 'proven';
  const { code, data } = outcome;
  if (code === 'no_tries_left' && data.limit?.policy === attemptsADay) return 'daily_limit';
  if (code === 'wrong_proof') return 'failure';
  if (code === 'rate_limited') return 'rate_limited';
  return code === 'no_tries_left' || code === 'invalid_state' ? code : 'recovery_closed';
}

async function attempt(
  context: RecoveryContext,
  id: string,
  verifier: Verifier,
  by: AttemptInput & { sources: readonly AttemptSource[] },
): Promise<RecoveryView | Refusal> {
  const { database, keyring, clock, policy } = context;
  const now = clock.now();
  const values = {
    id,
    now: new Date(now),
    idleExpiresAt: new Date(now + lifetimes.idle),
    triesAllowed: triesPerRecovery,
    ...oddsParameters(policy.odds),
    ...(by.counter === undefined ? {} : { counter: by.counter }),
  };
  const row = await withSecondLook(
    () => database.query<Attempt>(by.statement, values),
    (found) => found.tries === null && stateAt(found, now) === 'proving',
  );
  if (!row || stateAt(row, now) !== 'proving') return stateRefusal(row, now, 'proving');
  if (row.proofs.length === 0 && classOf[verifier.kind] === 'authenticator')
    return refuse('invalid_state', {}, 'an authenticator is no way to begin');
  if (row.tries === null) return noTriesLeft(row, now);
  by.once?.spent();
  database.record('proof_attempts', { kind: verifier.kind });
  if (!row.affordable) return dailyLimit(policy.odds.day / (chanceOf(verifier.kind) ?? 1));
  if (row.proofs.includes(verifier.kind)) {
    // If the earlier proof no longer holds, the next attempt is accepted.
    await rejudge(context, id);
    return refuse('invalid_state', {}, 'proved by this kind before');
  }

  const accepted = await verifier.check({ keyring, now, recoveryId: id }, by.value, withinFailureLimit(row));
  const judged = accepted && (await judgedWith(context, id, row, accepted));
  if (!judged) return recordFailure(context, id, verifier.kind, row, by);
  if (judged.proofs.includes(verifier.kind))
    return refuse('invalid_state', {}, 'another caller proved by this kind meanwhile');
  return consumeProof(context, id, { ...row, ...judged }, verifier.kind, accepted, by.once);
}

const judgeNow = statement(
  'recovery_judge_for_proof',
  sql`select ${judgedColumns(sql`:account`, sql`(${acceptedAttempts} + 1)`)} from recoveries
   where id = :id and (:address::text is null or ${isAddressBound(sql`:address::text`, sql`:account`)})`,
);

type JudgedAlive = Judged & { assurance: Assurance };

/**
 * Returns the account's state after a right value, and which of the earlier proofs still hold. Undefined when the id belongs to another
 * account now, or the address of the code no longer counts.
 */
async function judgedWith(
  context: RecoveryContext,
  id: string,
  row: Attempt,
  accepted: Verified,
): Promise<JudgedAlive | undefined> {
  const { database, clock, strongRoles } = context;
  const [found] = await database.query<Judged>(judgeNow, {
    id,
    account: row.account_id,
    address: accepted.messageId === undefined ? null : accepted.authenticator,
    strongRoles,
    now: new Date(clock.now()),
    // Also without rules: the audit has them, so that a policy can be tried on what was.
    gathersFacts: true,
  });
  if (!found?.assurance) return undefined;
  const isTheirs = found.generation === null || found.generation === found.assurance.generation;
  return isTheirs
    ? { ...(await withAttestation(context, id, found)), assurance: found.assurance }
    : undefined;
}

async function consumeProof(
  context: RecoveryContext,
  id: string,
  row: Attempt & JudgedAlive,
  kind: ProofKind,
  accepted: Verified,
  once: Once | undefined,
): Promise<RecoveryView | Refusal> {
  const { database, clock, policy } = context;
  const now = clock.now();
  const { assurance } = row;
  const at = new Date(now);
  // Earlier proofs that no longer hold are dropped here.
  const verdict = judge(
    policy,
    {
      ...row,
      proofs: [...row.proofs, kind],
      amr: [...row.amr, accepted.amr],
      proof_authenticators: [...row.proof_authenticators, accepted.authenticator],
      proof_times: [...row.proof_times, at],
      held: [...row.held, true],
    },
    at,
  );
  if (verdict.outcome === 'over') return closedRefusal('stopped');
  const { kept } = verdict;
  const move = ({ proven: 'prove', held: 'hold', more: 'prove_more' } as const)[verdict.outcome];
  const state = targetState(move);
  const times = timesOf(now, verdict);
  const { heldUntil, comesBackUntil, idleExpiresAt } = times;
  const lives = comesBackUntil
    ? { held_until: heldUntil, expires_at: comesBackUntil, idle_expires_at: comesBackUntil }
    : { idle_expires_at: idleExpiresAt };
  const moved = { ...row, state, proofs: kept.proofs, ...lives };
  const viewWith = (offers: SealedOffer[] | null) => viewOf(context, id, moved, { assurance, offers });
  // What is stored of it has no addresses.
  const stored = valuesToStore(once, viewWith(null));
  const win = (database: Queryable) =>
    database.query<{ offers: SealedOffer[] | null }>(consume, {
      ...correlationOf(database.trace),
      ...stored,
      ...times,
      id,
      account: row.account_id,
      generation: assurance.generation,
      now: at,
      state,
      event: eventOf[move],
      kind,
      proofs: kept.proofs,
      amrs: kept.amr,
      authenticators: kept.authenticators,
      times: kept.times,
      acr: kept.acr,
      amr: accepted.amr,
      before: row.proofs,
      authenticator: accepted.authenticator,
      messageId: accepted.messageId ?? null,
      auditId: uuidv7(now),
    });
  const { spend } = accepted;
  const lost = refuse('invalid_state', {}, 'another caller won with the same proof');
  const accept = async (within: Queryable): Promise<RecoveryView | Refusal> => {
    const [winner] = await win(within);
    return !winner || (spend && !(await spend(within))) ? lost : viewWith(winner.offers);
  };
  // A single-use proof is used in the transaction that moves the recovery: both or neither.
  const view = spend ? await database.transaction(accept) : await accept(database);
  if (!isRefused(view) && move === 'hold') database.record('recoveries_held', {});
  return view;
}
