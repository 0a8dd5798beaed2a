import { type Sql, statement } from '@rekey/database';
import { type Keyring, type Refusal, refuse } from '@rekey/kernel';
import { lifetimes } from './lifetimes.js';

/**
 * An answer kept for a repeated request (draft-ietf-httpapi-idempotency-key-header-06). It holds no secret: the token is
 * derived anew. The key counts together with who sent it and to which recovery, so that nobody meets another's answer.
 */
export interface Repeatable {
  key: Buffer;
  /** Digest of what was asked for; the same key for something else is refused. */
  request: Buffer;
  /** Both as they may be kept under any key of the ring. */
  keys: Buffer[];
  requests: Buffer[];
}

export function repeatable(keyring: Keyring, header: string, scope: string, request: object): Repeatable {
  const keys = keyring.macs('idempotency-key', `${scope}\0${header}`);
  const requests = keyring.macs('idempotency-request', JSON.stringify(request));
  return { key: keys[0] as Buffer, request: requests[0] as Buffer, keys, requests };
}

const find = statement(
  'idempotent_response_find',
  'select request, recovery_id, response from idempotent_responses where key = any(:keys::bytea[]) and expires_at > :now',
);

/** @returns what was answered before; undefined for a request that is new; a refusal when it was another one */
export async function findAnswer<Answer extends object>(
  sql: Sql,
  now: number,
  { keys, requests }: Repeatable,
): Promise<{ recoveryId: string; answer: Answer } | Refusal | undefined> {
  const [row] = await sql.query<{ request: Buffer; recovery_id: string; response: Answer }>(find, {
    keys,
    now: new Date(now),
  });
  if (!row) return undefined;
  if (!requests.some((request) => row.request.equals(request))) return refuse('idempotency_key_reused');
  return { recoveryId: row.recovery_id, answer: row.response };
}

const keep = statement(
  'idempotent_response_keep',
  `insert into idempotent_responses (key, request, recovery_id, response, expires_at)
   values (:key, :request, :recoveryId, :response, :expiresAt)`,
);

export async function keepAnswer(
  sql: Sql,
  now: number,
  repeat: Repeatable,
  kept: { recoveryId: string; answer: object },
): Promise<void> {
  await sql.query(keep, {
    ...repeat,
    recoveryId: kept.recoveryId,
    response: JSON.stringify(kept.answer),
    expiresAt: new Date(now + lifetimes.keptAnswer),
  });
}

/**
 * Does the work once for one key: a request that lost the race against its twin gets the twin's answer.
 *
 * @param work keeps its answer in the transaction that does the work
 */
export async function once<Answer extends object, Result>(
  sql: Sql,
  now: number,
  repeat: Repeatable | undefined,
  work: () => Promise<Result>,
  again: (kept: { recoveryId: string; answer: Answer }) => Result,
): Promise<Result | Refusal> {
  if (!repeat) return work();
  const lookAgain = async () => {
    const kept = await findAnswer<Answer>(sql, now, repeat);
    if (kept === undefined || !('answer' in kept)) return kept;
    return again(kept);
  };
  const known = await lookAgain();
  if (known !== undefined) return known;
  try {
    return await work();
  } catch (fault) {
    const uniqueViolation = '23505';
    if ((fault as { code?: string }).code !== uniqueViolation) throw fault;
    const winners = await lookAgain();
    if (winners === undefined) throw fault;
    return winners;
  }
}
