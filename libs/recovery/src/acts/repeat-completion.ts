import { isEntitled, knownBrowsersEpochOf, wasNotStoppedSince } from '@rekey/accounts';
import { sql, statement } from '@rekey/database';
import { isRefused, type Keyring, type Refusal, refuse, uuidv7 } from '@rekey/kernel';
import { isConfidential } from '@rekey/tokens';
import type { RecoveryContext } from '../context.js';
import { findIdempotentResponse, type IdempotentRequest, idempotentSecretRequest } from '../idempotency.js';
import { type Claimed, redirectIn, releaseCompletion, type Wanted } from '../lease.js';
import { lifetimes } from '../lifetimes.js';

/** A completion as its repeat is compared with it: the same recovery, key and password. */
export const completionRequest = (
  keyring: Keyring,
  id: string,
  key: string | undefined,
  password: string | undefined,
): IdempotentRequest | undefined =>
  key === undefined
    ? undefined
    : idempotentSecretRequest(keyring, key, `credentials\0${id}`, { password: password ?? null });

const since = sql`(select min(proved) from unnest(proof_times) proved)`;

/** Whether a completed recovery may be repeated, but for another request that is repeating it. */
const mayBeRepeated = sql`id = :id and state = 'completed' and completed_at > :completedAfter
  and (:byCode::boolean or client_authenticated or not ${isConfidential(sql`recoveries.client_id`)})
  and ${isEntitled(sql`account_id`, {
    generation: sql`generation`,
    authenticators: sql`proof_authenticators`,
    since,
    recovery: sql`recoveries.id`,
    acr: sql`acr`,
    strongRoles: sql`:strongRoles`,
  })}
  and ${wasNotStoppedSince(sql`account_id`, sql`recoveries.created_at`)}`;

const claim = statement(
  'recovery_claim_repeat',
  sql`update recoveries set lease_id = :leaseId, lease_expires_at = :leaseExpiresAt
   where ${mayBeRepeated} and (lease_id is null or lease_expires_at <= :now)
   returning account_id, client_id, generation, acr, amr, proven_at, proof_authenticators, ${since} as since, redirect_uri, redirect_state, code_challenge,
     ${knownBrowsersEpochOf(sql`account_id`)} as epoch`,
);

interface ClaimedRow {
  account_id: string;
  client_id: string;
  generation: string;
  acr: string;
  amr: string[];
  proven_at: Date;
  proof_authenticators: string[];
  since: Date;
  redirect_uri: string | null;
  redirect_state: string | null;
  code_challenge: string | null;
  epoch: number;
}

const look = statement('recovery_claim_repeat_look', sql`select id from recoveries where ${mayBeRepeated}`);

/** What the issuer gave instead of the lost credentials, and the values of the known browser. */
export interface Repeated<Answer> {
  answer: Answer;
  browser: { generation: string; epoch: number };
}

/** A completed recovery that is being repeated. */
export type ClaimedAgain = Pick<Claimed, 'subject' | 'redirect'>;

/**
 * Repeats a completion whose response was lost: the same session gets fresh tokens, or the app another code, and those that nobody received
 * end. It sets no password and sends no notification. The caller has shown the recovery's token. It is refused unless the request is the one
 * that completed the recovery, within ten minutes, while no token of the session was shown to the issuer and the code was not redeemed, and
 * while everything that entitled to them still holds: the account, the proofs, its level, and that nothing of it was stopped.
 *
 * A request whose caller has closed the connection repeats nothing: it may arrive after the repeat that its caller has sent since, and would end
 * what that one received.
 *
 * One repeat is processed at a time, on a lease as the completion itself. When the response of the issuer is lost, the next repeat replaces
 * those tokens or that code too.
 *
 * Refusals: `idempotency_key_reused`, `invalid_state` (a repeat is being processed), `unavailable`, and `closed`.
 *
 * @param wanted what the completion led to
 * @param closed the refusal of a recovery that cannot be repeated
 * @param reissue asks the issuer; undefined for one that is not ours, and cannot replace what it has issued
 */
export async function repeatCompletion<Answer>(
  context: RecoveryContext,
  {
    id,
    wanted,
    request,
    hasLeft,
    closed,
  }: {
    id: string;
    wanted: Wanted;
    request: IdempotentRequest;
    hasLeft?: (() => boolean) | undefined;
    closed: Refusal;
  },
  reissue: ((claimed: ClaimedAgain) => Promise<Answer | Refusal>) | undefined,
): Promise<Repeated<Answer> | Refusal> {
  const { database, clock, strongRoles } = context;
  const now = clock.now();
  const kept = await findIdempotentResponse(database, now, request);
  if (isRefused(kept)) return kept;
  if (!kept || !reissue) return closed;
  const leaseId = uuidv7(now);
  const values = {
    id,
    strongRoles,
    byCode: wanted === 'code',
    now: new Date(now),
    completedAfter: new Date(now - lifetimes.repeat),
  };
  const leaseExpiresAt = new Date(now + lifetimes.lease);
  const [row] = await database.query<ClaimedRow>(claim, { ...values, leaseId, leaseExpiresAt });
  if (!row) {
    const [busy] = await database.query(look, values);
    return busy ? refuse('invalid_state', { retry_after: 1 }) : closed;
  }
  const { generation, epoch } = row;
  try {
    if (hasLeft?.()) return closed;
    const answer = await reissue({
      subject: {
        recoveryId: id,
        accountId: row.account_id,
        clientId: row.client_id,
        acr: row.acr,
        amr: row.amr,
        provenAt: row.proven_at,
        basis: { generation, authenticators: row.proof_authenticators, since: row.since },
      },
      ...redirectIn(row),
    });
    if (isRefused(answer)) return answer.code === 'unavailable' ? answer : closed;
    database.record('idempotent_repeats', {});
    return { answer, browser: { generation, epoch } };
  } finally {
    await releaseCompletion(context, id, leaseId);
  }
}
