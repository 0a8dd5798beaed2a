import { isUniqueViolation, type Queryable, sql, statement } from '@rekey/database';
import { type Keyring, type Refusal, refuse } from '@rekey/kernel';
import { lifetimes } from './lifetimes.js';

/**
 * The idempotent response to a repeated request (draft-ietf-httpapi-idempotency-key-header-06). It holds no secret: the token is derived
 * again. The key is scoped to the caller and the recovery, so that no caller gets the response of another.
 */
export interface IdempotentRequest {
  key: Buffer;
  /** Digest of the request; the same key with another request is refused. */
  request: Buffer;
  /** Both under every key of the keyring, because any of them may have been current when the response was stored. */
  keys: Buffer[];
  requests: Buffer[];
}

export function idempotentRequest(
  keyring: Keyring,
  header: string,
  scope: string,
  request: object,
): IdempotentRequest {
  const keys = keyring.macs('idempotency-key', `${scope}\0${header}`);
  const requests = keyring.macs('idempotency-request', JSON.stringify(request));
  return { key: keys[0] as Buffer, request: requests[0] as Buffer, keys, requests };
}

const find = statement(
  'idempotent_response_find',
  sql`select request, recovery_id, response from idempotent_responses where key = any(:keys::bytea[]) and expires_at > :now`,
);

/** @returns the stored response; undefined for a new request; a refusal when the stored request was another one */
export async function findIdempotentResponse<Answer extends object>(
  database: Queryable,
  now: number,
  { keys, requests }: IdempotentRequest,
): Promise<{ recoveryId: string; answer: Answer } | Refusal | undefined> {
  const [row] = await database.query<{ request: Buffer; recovery_id: string; response: Answer }>(find, {
    keys,
    now: new Date(now),
  });
  if (!row) return undefined;
  if (!requests.some((request) => row.request.equals(request))) return refuse('idempotency_key_reused');
  return { recoveryId: row.recovery_id, answer: row.response };
}

const save = statement(
  'idempotent_response_keep',
  sql`insert into idempotent_responses (key, request, recovery_id, response, expires_at)
   values (:key, :request, :recoveryId, :response, :expiresAt)`,
);

export async function saveIdempotentResponse(
  database: Queryable,
  now: number,
  repeat: IdempotentRequest,
  kept: { recoveryId: string; answer: object },
): Promise<void> {
  await database.query(save, {
    ...repeat,
    recoveryId: kept.recoveryId,
    response: JSON.stringify(kept.answer),
    expiresAt: new Date(now + lifetimes.keptAnswer),
  });
}

/**
 * Does the work once per key: a request that loses the race against its twin gets the twin's response.
 *
 * @param work stores its response in the transaction that does the work
 */
export async function runOnce<Answer extends object, Result>(
  database: Queryable,
  now: number,
  repeat: IdempotentRequest | undefined,
  work: () => Promise<Result>,
  again: (kept: { recoveryId: string; answer: Answer }) => Result,
): Promise<Result | Refusal> {
  if (!repeat) return work();
  const lookAgain = async () => {
    const kept = await findIdempotentResponse<Answer>(database, now, repeat);
    if (kept === undefined || !('answer' in kept)) return kept;
    return again(kept);
  };
  const known = await lookAgain();
  if (known !== undefined) return known;
  try {
    return await work();
  } catch (fault) {
    if (!isUniqueViolation(fault)) throw fault;
    const winners = await lookAgain();
    if (winners === undefined) throw fault;
    return winners;
  }
}
