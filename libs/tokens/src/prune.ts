import { type Sql, sql, statement } from '@rekey/database';

const ids = statement('used_token_ids_prune', sql`delete from used_token_ids where expires_at <= :now`);
const codes = statement(
  'authorization_codes_prune',
  sql`delete from authorization_codes where expires_at <= :before`,
);
const devices = statement('device_codes_prune', sql`delete from device_codes where expires_at <= :before`);
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
export async function pruneUsedTokens(sql: Sql, now: number): Promise<void> {
  await sql.query(ids, { now: new Date(now) });
  await sql.query(codes, { before: new Date(now - aDayMs) });
  await sql.query(devices, { before: new Date(now - aDayMs) });
  await sql.query(sessions, { before: new Date(now - sessionsRetainedMs) });
}
