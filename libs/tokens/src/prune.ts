import { type Queryable, sql, statement } from '@rekey/database';
import { LessThanOrEqual } from 'typeorm';
import { AuthorizationCodeEntity } from './entities/authorization-code.entity.js';
import { DeviceCodeEntity } from './entities/device-code.entity.js';
import { UsedTokenIdEntity } from './entities/used-token-id.entity.js';

const sessions = statement(
  'sessions_prune',
  sql`with gone as (
     delete from sessions where id in (
       select id from sessions where least(expires_at, coalesce(ended_at, expires_at)) <= :before limit 500
     ) returning id
   ) delete from refresh_tokens where session_id in (select id from gone)`,
);

const aDayMs = 86_400_000;
const sessionsRetainedMs = 30 * aDayMs;

/** Prunes what can no longer matter: used ids that have expired, codes of every kind after a day, sessions a month after their end. */
export async function pruneUsedTokens(database: Queryable, now: number): Promise<void> {
  const expired = (before: number) => ({ expires_at: LessThanOrEqual(new Date(before)) });
  await database.inRepository(UsedTokenIdEntity, (ids) => ids.delete(expired(now)));
  await database.inRepository(AuthorizationCodeEntity, (codes) => codes.delete(expired(now - aDayMs)));
  await database.inRepository(DeviceCodeEntity, (codes) => codes.delete(expired(now - aDayMs)));
  await database.query(sessions, { before: new Date(now - sessionsRetainedMs) });
}
