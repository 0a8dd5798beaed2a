import {
  inOneStretch,
  pruneOldest,
  pruneStretch,
  type Queryable,
  sql,
  statement,
  stretchOf,
} from '@rekey/database';

const sessions = statement(
  'sessions_prune',
  sql`with ${stretchOf('sessions')}, gone as (
     delete from sessions where ctid = any(array(${inOneStretch('sessions', sql`least(expires_at, coalesce(ended_at, expires_at)) <= :before`)}))
     returning id
   ) delete from refresh_tokens where session_id in (select id from gone)`,
);

const usedIds = statement('used_token_ids_prune', pruneOldest('used_token_ids', 'expires_at', sql`:now`));

const authorizationCodes = statement(
  'authorization_codes_prune',
  pruneStretch('authorization_codes', sql`expires_at <= :before`),
);

const deviceCodes = statement('device_codes_prune', pruneOldest('device_codes', 'expires_at', sql`:before`));

const aDayMs = 86_400_000;
const sessionsRetainedMs = 30 * aDayMs;

/** Prunes what can no longer matter: used ids that have expired, codes of every kind after a day, sessions a month after their end. */
export async function pruneUsedTokens(database: Queryable, now: number): Promise<void> {
  const before = new Date(now - aDayMs);
  await database.query(usedIds, { now: new Date(now) });
  await database.query(authorizationCodes, { before });
  await database.query(deviceCodes, { before });
  await database.query(sessions, { before: new Date(now - sessionsRetainedMs) });
}
