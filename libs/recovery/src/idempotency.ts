import { type Queryable, sql, statement } from '@rekey/database';
import { isRefused, type Keyring, type Refusal, refuse } from '@rekey/kernel';
import { lifetimes } from './lifetimes.js';

/**
 * The idempotent response to a repeated request (draft-ietf-httpapi-idempotency-key-header-06). It holds no secret and no address: tokens
 * and numbers are derived again, addresses are looked up again. The key is scoped to the caller and the recovery, so that no caller gets
 * the response of another.
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

/**
 * The same for a request that has a code or a password. The client's key, which is stored nowhere, is part of the digest: a copy of the
 * database does not give such a value away, not even together with the keyring.
 */
export const idempotentSecretRequest = (
  keyring: Keyring,
  header: string,
  scope: string,
  request: object,
): IdempotentRequest => idempotentRequest(keyring, header, scope, { ...request, idempotencyKey: header });

const find = statement(
  'idempotent_response_find',
  sql`select request, recovery_id, response from idempotent_responses where key = any(:keys::bytea[]) and expires_at > :now`,
);

/** @returns the stored response; undefined for a new request; a refusal when the stored request was another one */
export async function findIdempotentResponse<Answer extends object | null>(
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
   select :key::bytea, :request::bytea, id, :response::json, :expiresAt::timestamptz from recoveries where id = :recoveryId
   on conflict (key) do update
   set request = excluded.request, recovery_id = excluded.recovery_id, response = excluded.response, expires_at = excluded.expires_at
   where idempotent_responses.expires_at <= :now
   returning key`,
);

/** A request with the same key has stored its response first. */
class KeyTaken extends Error {}

/**
 * @param kept.lifetime milliseconds
 * @throws {KeyTaken} when there is a response for this key, so that the transaction is rolled back
 */
export async function saveIdempotentResponse(
  database: Queryable,
  now: number,
  repeat: IdempotentRequest,
  kept: { recoveryId: string; answer: object; lifetime?: number },
): Promise<void> {
  const rows = await database.query(save, {
    ...repeat,
    recoveryId: kept.recoveryId,
    response: JSON.stringify(kept.answer),
    now: new Date(now),
    expiresAt: new Date(now + (kept.lifetime ?? lifetimes.keptAnswer)),
  });
  if (rows.length === 0) throw new KeyTaken('a request with this key was first');
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
    database.record('idempotent_repeats', {});
    return again(kept);
  };
  const known = await lookAgain();
  if (known !== undefined) return known;
  try {
    return await work();
  } catch (fault) {
    if (!(fault instanceof KeyTaken)) throw fault;
    const winners = await lookAgain();
    if (winners === undefined) throw fault;
    return winners;
  }
}

const finish = statement(
  'idempotent_response_finish',
  // A reservation that expired meanwhile may have gone to a repeat: then both make the attempt. What was accepted stays the response.
  sql`update idempotent_responses set response = :response::json, expires_at = :expiresAt
   where key = :key and (:accepted::boolean or response::text = 'null')`,
);
const release = statement(
  'idempotent_response_release',
  sql`delete from idempotent_responses where key = :key and response::text = 'null'`,
);

/** What a reserved key leads to. */
export interface Reserved<Answer extends object> {
  /** Stores the response of work that was done, in the transaction that does it. */
  save(database: Queryable, answer: Answer): Promise<void>;
  /** Stores a refusal, unless another request with this key has stored its response: that one is the response of every repeat. */
  saveRefusal(database: Queryable, answer: Answer): Promise<void>;
  /** Nothing has been done, so that a repeat does it. If this fails too, the reservation ends after 30 seconds. */
  release(): Promise<void>;
}

/**
 * Reserves a key before work that costs something even when it leads to a refusal.
 *
 * Refusals: `idempotency_key_reused`; `invalid_state` while the first request with this key is being processed (draft §2.6: 409).
 *
 * @returns the stored response of a repeat; otherwise the reservation; undefined when the recovery is gone
 */
export async function reserveKey<Answer extends object>(
  database: Queryable,
  now: number,
  repeat: IdempotentRequest,
  recoveryId: string,
): Promise<{ answer: Answer } | { reserved: Reserved<Answer> } | Refusal | undefined> {
  const found = async () => {
    const kept = await findIdempotentResponse<Answer | null>(database, now, repeat);
    if (kept === undefined || isRefused(kept)) return kept;
    if (kept.answer === null) return refuse('invalid_state', { retry_after: 1 }, 'a twin is being processed');
    database.record('idempotent_repeats', {});
    return { answer: kept.answer };
  };
  const known = await found();
  if (known !== undefined) return known;
  const { key } = repeat;
  const rows = await database.query(save, {
    ...repeat,
    recoveryId,
    response: 'null',
    now: new Date(now),
    expiresAt: new Date(now + lifetimes.lease),
  });
  if (rows.length === 0) return found();
  const store = async (within: Queryable, answer: Answer, accepted: boolean) => {
    const expiresAt = new Date(now + lifetimes.keptAnswer);
    await within.query(finish, { key, response: JSON.stringify(answer), expiresAt, accepted });
  };
  return {
    reserved: {
      save: (within, answer) => store(within, answer, true),
      saveRefusal: (within, answer) => store(within, answer, false),
      async release() {
        await database.query(release, { key }).catch(() => undefined);
      },
    },
  };
}
