import { type Queryable, type SqlText, sql, statement } from '@rekey/database';
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
    const done = await work();
    // A limit that the twin's success has used up is no reason to refuse its twin.
    const twins = isRefused(done) ? await lookAgain() : undefined;
    return twins === undefined || isRefused(twins) ? done : twins;
  } catch (fault) {
    if (!(fault instanceof KeyTaken)) throw fault;
    const winners = await lookAgain();
    if (winners === undefined) throw fault;
    return winners;
  }
}

/**
 * Reserves a key, in one statement. Not under an older key of the keyring: under that the first request may have been answered before a
 * rotation.
 */
const reserve = statement(
  'idempotent_response_reserve',
  sql`insert into idempotent_responses (key, request, recovery_id, response, expires_at)
   select :key::bytea, :request::bytea, id, 'null'::json, :expiresAt::timestamptz from recoveries
   where id = :recoveryId and not exists (
     select from idempotent_responses before where before.key = any(:keys::bytea[]) and before.key <> :key and before.expires_at > :now
   )
   on conflict (key) do update
   set request = excluded.request, recovery_id = excluded.recovery_id, response = excluded.response, expires_at = excluded.expires_at
   where idempotent_responses.expires_at <= :now
   returning key`,
);

/** Stores the response to a reserved key, as a data-modifying SQL clause for the statement that does the work. Needs {@link ValuesToStore}. */
export const answerReserved = (when: SqlText): SqlText => sql`
  update idempotent_responses set response = :answer::json, expires_at = :answerUntil::timestamptz
  where key = :answerKey::bytea and ${when}`;

/** The values of {@link answerReserved}. */
export interface ValuesToStore {
  answerKey: Buffer | null;
  answer: string | null;
  answerUntil: Date | null;
}

/** For a request without a key. */
export const nothingToStore: ValuesToStore = { answerKey: null, answer: null, answerUntil: null };

/**
 * When a refusal becomes the stored response. A reservation that expired meanwhile may have gone to a repeat, so that both make the attempt:
 * what was accepted stays the response.
 */
export const ofRefusal = sql`response::text = 'null'`;

const finish = statement('idempotent_response_finish', answerReserved(ofRefusal));
const release = statement(
  'idempotent_response_release',
  sql`delete from idempotent_responses where key = :key and response::text = 'null'`,
);

/** What a reserved key leads to. */
export interface Reserved<Answer extends object> {
  /** For the statement that does the work. */
  toStore(answer: Answer): ValuesToStore;
  /** Stores a refusal by itself, unless another request with this key has stored its response. */
  saveRefusal(answer: Answer): Promise<void>;
  /** Nothing has been done, so that a repeat does it. If this fails too, the reservation ends after 30 seconds. */
  release(): Promise<void>;
}

/**
 * Reserves a key before work that costs something even when it leads to a refusal.
 *
 * Refusals: `idempotency_key_reused`; `invalid_state` while the first request with this key is being processed (draft §2.6: 409).
 *
 * @param of.lifetime of the response, in milliseconds
 * @returns the stored response of a repeat; otherwise the reservation; undefined when the recovery is gone
 */
export async function reserveKey<Answer extends object>(
  database: Queryable,
  now: number,
  repeat: IdempotentRequest,
  of: { recoveryId: string; lifetime: number },
): Promise<{ answer: Answer } | { reserved: Reserved<Answer> } | Refusal | undefined> {
  const { key } = repeat;
  const rows = await database.query(reserve, {
    ...repeat,
    recoveryId: of.recoveryId,
    now: new Date(now),
    expiresAt: new Date(now + lifetimes.lease),
  });
  if (rows.length === 0) {
    const kept = await findIdempotentResponse<Answer | null>(database, now, repeat);
    if (kept === undefined || isRefused(kept)) return kept;
    if (kept.answer === null) return refuse('invalid_state', { retry_after: 1 }, 'a twin is being processed');
    database.record('idempotent_repeats', {});
    return { answer: kept.answer };
  }
  const toStore = (answer: Answer): ValuesToStore => ({
    answerKey: key,
    answer: JSON.stringify(answer),
    answerUntil: new Date(now + of.lifetime),
  });
  return {
    reserved: {
      toStore,
      async saveRefusal(answer) {
        await database.query(finish, { ...toStore(answer) });
      },
      async release() {
        await database.query(release, { key }).catch(() => undefined);
      },
    },
  };
}
