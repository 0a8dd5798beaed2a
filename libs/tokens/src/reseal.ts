import {
  countByKey,
  type KeyCount,
  keyIdIn,
  type Queryable,
  type SealedRows,
  type SqlText,
  sql,
  statement,
} from '@rekey/database';
import { untilOf } from './sessions.js';

/** Private halves of signing keys. */
export const sealedInTokens: SealedRows[] = [
  { column: 'signing_keys.private_sealed', id: { column: 'kid', type: 'text' } },
];

/** A digest of 32 bytes dates from before digests carried the id of their key. */
const keyOf = (digest: SqlText): SqlText =>
  sql`case when length(${digest}) = 32 then null else ${keyIdIn(digest)} end`;

const secrets = statement(
  'client_secrets_by_key',
  countByKey(sql`clients where secret_digest is not null`, keyOf(sql`secret_digest`)),
);
const living = statement(
  'refresh_tokens_by_key',
  countByKey(
    sql`refresh_tokens t join sessions s on s.id = t.session_id
     where t.replaced_at is null and s.ended_at is null and ${untilOf(sql`s`, sql`t.created_at`)} > :now`,
    keyOf(sql`t.digest`),
  ),
);

/**
 * Counts the digests of secrets that only their holders have, by key: nobody else can digest them again. A client's digest changes when it
 * next shows its secret, a session's at its next refresh. Until then their key must stay in the keyring.
 */
export async function countTokensByKey(
  database: Queryable,
  now: Date,
): Promise<{ clientSecrets: KeyCount[]; refreshTokens: KeyCount[] }> {
  return {
    clientSecrets: await database.query(secrets),
    refreshTokens: await database.query(living, { now }),
  };
}
