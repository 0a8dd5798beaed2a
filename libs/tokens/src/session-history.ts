import { findEvents, type SoughtEvent } from '@rekey/audit';
import { type Queryable, sql, statement } from '@rekey/database';
import type { Cause } from './diagnose/causes.js';
import { causeOfEnd } from './diagnose/session-state.js';
import type { EndReason } from './end-sessions.js';
import { type ListedSession, listedSessions } from './sessions.js';

/** A session for those who help its person: from its start to its end. Times are RFC 3339. */
export interface SessionHistory {
  id: string;
  client_id: string;
  scope: string;
  acr: string;
  amr: string[];
  /** The recovery that it comes from. */
  recovery_id?: string;
  created_at: string;
  refreshed_at: string;
  /** When it ends without a further refresh; of one that has ended, when it would have. */
  expires_at: string;
  /** Why it ended, as the diagnosis of its tokens says; omitted while it is active. */
  cause?: Cause;
  ended_at?: string;
  /** The event that ended it, and who did it. One that has expired has no event. */
  audit_id?: string;
  ended_by?: string;
}

/** What happened to the whole account when these ended, and has the only event. */
const behind = { recovery: ['recovery_completed'], stopped: ['recovery_stopped'] } as const;

const soughtFor = ({ id, ended_at: at, end_reason: reason }: ListedSession): SoughtEvent[] => {
  if (!at) return [];
  const events = reason === 'recovery' || reason === 'stopped' ? behind[reason] : [];
  return [{ key: id, at, session: { id, events: ['authn_token_revoked', 'authn_token_reuse'] }, events }];
};

/** The sessions of an account with why they ended and the event of that, newest first, 200 at most. */
export async function sessionHistory(
  database: Queryable,
  now: number,
  accountId: string,
): Promise<SessionHistory[]> {
  const rows = await listedSessions(database, accountId);
  const events = await findEvents(database, accountId, rows.flatMap(soughtFor));
  return rows.map((row) => {
    const reason = row.end_reason as EndReason | null;
    const hasExpired = row.until.getTime() <= now;
    const cause = reason ? causeOfEnd[reason] : hasExpired ? 'session_expired' : undefined;
    const endedAt = row.ended_at ?? (hasExpired ? row.until : undefined);
    const event = events.get(row.id);
    return {
      id: row.id,
      client_id: row.client_id,
      scope: row.scope,
      acr: row.acr,
      amr: row.amr,
      ...(row.recovery_id ? { recovery_id: row.recovery_id } : {}),
      created_at: row.created_at.toISOString(),
      refreshed_at: row.refreshed_at.toISOString(),
      expires_at: row.until.toISOString(),
      ...(cause ? { cause } : {}),
      ...(endedAt ? { ended_at: endedAt.toISOString() } : {}),
      ...(event ? { audit_id: event.id, ended_by: event.actor } : {}),
    };
  });
}

const origins = statement(
  'sessions_origins',
  sql`select id, recovery_id from sessions where id = any(:ids::uuid[])`,
);

/** The recovery that each of these sessions comes from; null for a sign-in. A session that is no longer stored has no entry. */
export async function recoveriesOfSessions(
  database: Queryable,
  ids: string[],
): Promise<Map<string, string | null>> {
  const rows = await database.query<{ id: string; recovery_id: string | null }>(origins, { ids });
  return new Map(rows.map((row) => [row.id, row.recovery_id]));
}
