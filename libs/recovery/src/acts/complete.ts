import {
  clearStop,
  isEntitled,
  isLastStop,
  knownBrowserToken,
  lockPassword,
  plantedBySessions,
  renewKnownBrowsers,
  setPassword,
  suspendAll,
} from '@rekey/accounts';
import { insertAudit } from '@rekey/audit';
import { literal, sql, statement } from '@rekey/database';
import { isRefused, type Refusal, refuse, uuidv7 } from '@rekey/kernel';
import { notifyOfRecovery } from '@rekey/outbox';
import { clearFailedSignIns } from '@rekey/sign-in';
import { correlationOf } from '@rekey/telemetry';
import { endOlderSessions } from '@rekey/tokens';
import { closedRefusal } from '../closed.js';
import type { IssuedTokens, RecoveryContext, RecoveryReference } from '../context.js';
import { type IdempotentRequest, saveIdempotentResponse } from '../idempotency.js';
import {
  abandonCompletion,
  type Claimed,
  claimCompletion,
  releaseCompletion,
  type Wanted,
} from '../lease.js';
import { lifetimes } from '../lifetimes.js';
import { recordOutOfOrder } from '../out-of-order.js';
import { keepsPassword } from '../proving/policy.js';
import { notProven, rejudge } from '../proving/rejudge.js';
import { type RecoveryState, sourceStates, sqlStates, targetState } from '../state-machine.js';
import { saveFormer, sealFormer } from '../stops/former-password.js';
import { isRecoveryToken } from '../tokens/recovery-token.js';
import { redirectTo } from './app-redirect.js';
import { wiped } from './cancel.js';
import { hashIfGood } from './hash-if-good.js';
import { type ClaimedAgain, completionRequest, repeatCompletion } from './repeat-completion.js';

export type Completed = IssuedTokens & {
  recovery_id: string;
  /** From now on the browser or app that completed the recovery is known, and no other. */
  device_token: string;
};

/** The evidence as judged at the claim. The statement that ends the recovery checks it once more. */
const evidence = {
  generation: sql`:generation::uuid`,
  authenticators: sql`proof_authenticators`,
  since: sql`:since::timestamptz`,
  recovery: sql`:id::uuid`,
  acr: sql`:acr::text`,
  strongRoles: sql`:strongRoles`,
};

const complete = statement(
  'recovery_complete',
  sql`with planted as materialized (
     ${plantedBySessions({
       account: sql`(select account_id from recoveries where id = :id)`,
       used: sql`(select proof_authenticators from recoveries where id = :id)`,
     })}
   ), completed as (
     update recoveries set suspended = exists (select from planted), state = ${literal(targetState('complete'))}, completed_at = :now, ended_at = :now, lease_id = null,
       password_set = :passwordHash::text is not null, password_ended = :endsPassword::boolean, ${wiped}
     where id = :id and lease_id = :leaseId and state in (${sqlStates(sourceStates('complete'))}) and coalesce(held_until <= :now, true)
       and ${isEntitled(sql`account_id`, evidence)} and ${isLastStop(sql`account_id`, sql`:stop`)}
     returning id, account_id, client_id, created_at, password_ended
   ), password as (
     ${setPassword({
       account: sql`(select account_id from completed)`,
       hash: sql`:passwordHash`,
       recovery: sql`:id`,
       ends: sql`:endsPassword::boolean`,
     })}
   ), former as (
     ${saveFormer(sql`completed`)}
   ), set_aside as (
     ${suspendAll(sql`(select planted.id from planted, completed) theirs`, sql`:id`)} returning id, kind
   ), older as (
     ${endOlderSessions({ account: sql`(select account_id from completed)`, recovery: sql`:id` })}
   ), notices as (
     ${notifyOfRecovery('recovery_completed', sql`completed`, { expiresAt: sql`:noticeExpiresAt` })}
   ), audited as (
     ${insertAudit}
     :auditId::uuid, :now::timestamptz, 'recovery_completed', 'person', account_id, id,
       jsonb_build_object('password_set', :passwordHash::text is not null, 'password_ended', :endsPassword::boolean,
         'suspended', (select coalesce(jsonb_agg(kind order by kind), '[]') from set_aside))
     from completed
   )
   select client_id, created_at, password_ended from completed`,
);

export interface CompletionInput {
  password?: string | undefined;
  idempotencyKey?: string | undefined;
  /** Whether the caller has closed the connection. A late repeat then takes nothing from the one that came after it. */
  hasLeft?: (() => boolean) | undefined;
}

/**
 * Completes a proven recovery: issues fresh credentials and optionally sets a new password. Without a new password the old one stops
 * working, because a thief may know it, unless the policy keeps it for this client. The issuer ends every older session of the account as
 * it issues. Notifications to every verified address commit with the end of the recovery. Authenticators that those sessions bound within
 * thirty days no longer count, unless they were a proof here: a thief who was signed in may have planted them (OWASP Forgot Password,
 * CWE-613).
 *
 * One caller wins: the claim is a guarded update. When the issuer is unavailable, the claim is released and nothing has changed. When this
 * process dies in between, the claim expires, the next caller gets fresh credentials, and those that nobody received are ended.
 *
 * A request with an Idempotency-Key may be repeated within ten minutes, see {@link repeatCompletion}.
 *
 * Refusals: `not_found`, `not_proven` (with the missing methods, also when a proof no longer holds), `finished`, `password_refused`,
 * `invalid_state` (being completed right now), `unavailable`, `idempotency_key_reused`.
 */
export async function completeRecovery(
  context: RecoveryContext,
  reference: RecoveryReference,
  { password, idempotencyKey, hasLeft }: CompletionInput,
): Promise<Completed | Refusal> {
  const { issuer, keyring, database } = context;
  const reissue = issuer.reissueTokens;
  const { id: recovery_id } = reference;
  const request = completionRequest(keyring, recovery_id, idempotencyKey, password);
  return completeWith(
    context,
    reference,
    { password, wanted: 'tokens', request, hasLeft },
    {
      first: (claimed) => issuer.exchangeForTokens(claimed.subject, database.trace),
      again: reissue && (({ subject }) => reissue(subject, database.trace)),
    },
    (answer, device_token) => ({ ...answer, recovery_id, device_token }),
  );
}

/**
 * Completes a recovery that an app started, with or without a new password. Returns the URL to send the person back to, with a one-time
 * code for the app (RFC 6749 §4.1.2, `iss` by RFC 9207). With an idempotency key it may be repeated like {@link completeRecovery}: the
 * person gets another code, while nobody has redeemed the one before.
 *
 * Refusals: as for {@link completeRecovery}; `invalid_state` also when no app started it, or when the issuer offers no codes.
 */
export async function completeForApp(
  context: RecoveryContext,
  reference: RecoveryReference,
  { password, idempotencyKey, hasLeft }: CompletionInput,
): Promise<{ redirectTo: string; device_token: string } | Refusal> {
  const { issuer } = context;
  const request = completionRequest(context.keyring, reference.id, idempotencyKey, password);
  return completeWith(
    context,
    reference,
    { password, wanted: 'code', request, hasLeft },
    { first: redirectTo(context, issuer.exchangeForCode), again: redirectTo(context, issuer.reissueCode) },
    (answer, device_token) => ({ ...answer, device_token }),
  );
}

/** How the issuer is asked: for a recovery that is being completed, and for one that was and may be repeated. */
interface Exchange<Answer> {
  first(claimed: Claimed): Promise<Answer | Refusal>;
  again?: ((claimed: ClaimedAgain) => Promise<Answer | Refusal>) | undefined;
}

async function completeWith<Answer, Result>(
  context: RecoveryContext,
  reference: RecoveryReference,
  by: Omit<CompletionInput, 'idempotencyKey'> & { wanted: Wanted; request?: IdempotentRequest | undefined },
  exchange: Exchange<Answer>,
  present: (answer: Answer, deviceToken: string) => Result,
): Promise<Result | Refusal> {
  if (!isRecoveryToken(context.keyring, reference)) return refuse('not_found');
  const { id } = reference;
  const { password, wanted, request, hasLeft } = by;
  const claimed = await claimCompletion(context, id, wanted);
  if (isRefused(claimed)) {
    if (claimed.code === 'not_proven') await recordOutOfOrder(context, id);
    if (!request || claimed.code !== 'recovery_closed') return claimed;
    const repeated = await repeatCompletion(
      context,
      { id, wanted, request, hasLeft, closed: claimed },
      exchange.again,
    );
    if (isRefused(repeated)) return repeated;
    const { keyring, clock } = context;
    return present(repeated.answer, knownBrowserToken(keyring, { id, ...repeated.browser }, clock.now()));
  }

  let hasAskedIssuer = false;
  const attempt = async (): Promise<Result | Refusal> => {
    const hash =
      password === undefined ? null : await hashIfGood(context, claimed.subject.accountId, password);
    if (isRefused(hash)) return hash;
    hasAskedIssuer = true;
    const answer = await exchange.first(claimed);
    if (isRefused(answer)) return answer;
    const finished = await finish(context, claimed, hash, request);
    return isRefused(finished) ? finished : present(answer, finished);
  };
  let outcome: Result | Refusal | undefined;
  try {
    outcome = await attempt();
  } finally {
    const giveUp = hasAskedIssuer ? abandonCompletion : releaseCompletion;
    if (outcome === undefined || isRefused(outcome)) await giveUp(context, id, claimed.leaseId);
  }
  if (!isRefused(outcome) || outcome.code !== 'invalid_state') return outcome;
  // The issuer judges too. If it refused because a proof no longer holds, return that refusal.
  const view = await rejudge(context, id);
  return view?.state === 'proving' ? refuse('not_proven', { methods: view.methods }) : outcome;
}

interface CompletedRow {
  client_id: string;
  created_at: Date;
  password_ended: boolean;
}

/** @returns the device token; a refusal when this caller no longer had the right to complete it */
async function finish(
  context: RecoveryContext,
  { leaseId, stop, heldFor, network, subject: { recoveryId: id, accountId, clientId, acr, basis } }: Claimed,
  passwordHash: string | null,
  request: IdempotentRequest | undefined,
): Promise<string | Refusal> {
  const { database, clock, issuer, keyring, policy, strongRoles } = context;
  const now = clock.now();
  const values = {
    ...correlationOf(database.trace),
    id,
    leaseId,
    now: new Date(now),
    auditId: uuidv7(now),
    passwordHash,
    noticeExpiresAt: new Date(now + lifetimes.stopLink),
    formerUntil: new Date(now + lifetimes.stopLink),
    generation: basis.generation,
    since: basis.since,
    stop,
    acr,
    strongRoles,
  };
  const keeps = passwordHash === null && keepsPassword(policy, clientId);
  const completed = await database.transaction(async (tx) => {
    // Waits for sign-ins with the old password and for changes of the account, so that the statement sees them.
    const held = await lockPassword(tx, keyring, accountId);
    const endsPassword = passwordHash === null && !keeps && held?.isSet === true;
    const former = sealFormer(
      keyring,
      now,
      accountId,
      passwordHash !== null || endsPassword ? held : undefined,
    );
    const [row] = await tx.query<CompletedRow>(complete, { ...values, ...former, endsPassword });
    const known = row && (await renewKnownBrowsers(tx, { account: accountId, network, now: values.now }));
    if (!known) return undefined;
    // The next recovery is no longer held, unless something was stopped while this one was held.
    if (heldFor !== null) await clearStop(tx, { account: accountId, stop: heldFor });
    await clearFailedSignIns(tx, { account: accountId, generation: known.generation });
    // The tokens are not stored: a repeat gets fresh ones.
    const kept = { recoveryId: id, answer: {}, lifetime: lifetimes.repeat };
    if (request) await saveIdempotentResponse(tx, now, request, kept);
    // The same browser also after a repeat, with one budget of attempts.
    return { ...row, deviceToken: knownBrowserToken(keyring, { id, ...known }, now) };
  });
  if (completed) {
    const password = passwordHash !== null ? 'changed' : completed.password_ended ? 'ended' : 'unchanged';
    database.record('recoveries_completed', { client: completed.client_id, password });
    database.record('recovery_duration_seconds', {}, (now - completed.created_at.getTime()) / 1000);
    return completed.deviceToken;
  }
  const [row] = await database.query<{ state: RecoveryState; completed_at: Date | null }>(stateNow, { id });
  const state = row?.state ?? 'expired';
  // If another caller took the lease over, the live tokens belong to that caller.
  if (state === 'completed') return closedRefusal(state, row?.completed_at);
  if (state === 'proven') {
    // A proof was lost while the issuer was at work.
    await abandonCompletion(context, id, leaseId);
    return notProven(context, id);
  }
  // The owner stopped it while the issuer was at work.
  await issuer.revoke(id, database.trace);
  return closedRefusal(state);
}

const stateNow = statement(
  'recovery_state_now',
  sql`select state, completed_at from recoveries where id = :id`,
);
