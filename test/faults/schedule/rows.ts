import type { Rekey } from '../../flows/rekey.js';

export interface RecoveryFacts {
  id: string;
  state: string;
  account: string | null;
  proofs: string[];
  acr: string | null;
  tries: number;
  sends: number;
  completedAt: Date | null;
  /** Sessions that were opened for it, and those of them that are alive. */
  issued: number;
  alive: number;
  /** Its audit events, counted by name. */
  events: Record<string, number>;
}

export interface MessageFacts {
  id: string;
  recovery: string | null;
  kind: string;
  state: string;
  channel: string | null;
  reason: string | null;
  provider: string | null;
}

export interface SessionFacts {
  id: string;
  account: string;
  recovery: string | null;
  alive: boolean;
}

/** Everything about the recoveries since then, as the database has it. */
export async function rowsSince(rekey: Rekey, since: Date) {
  const recoveries = await rekey.sql(
    `select r.id, r.state, r.account_id as account, r.proofs, r.acr, r.tries, r.sends, r.completed_at as "completedAt",
       (select count(*)::int from sessions s where s.recovery_id = r.id) as issued,
       (select count(*)::int from sessions s where s.recovery_id = r.id and s.ended_at is null) as alive,
       (select coalesce(jsonb_object_agg(event, n), '{}') from (
          select event, count(*)::int as n from audit_events a where a.recovery_id = r.id group by event) e) as events
     from recoveries r where r.created_at >= $1 order by r.id`,
    [since],
  );
  const messages = await rekey.sql(
    `select id, recovery_id as recovery, kind, state, channel, reason, provider_id as provider from messages where created_at >= $1`,
    [since],
  );
  return { recoveries: recoveries as RecoveryFacts[], messages: messages as MessageFacts[] };
}

export async function sessionsOf(rekey: Rekey, accounts: string[]): Promise<SessionFacts[]> {
  return rekey.sql(
    `select id, account_id as account, recovery_id as recovery, ended_at is null as alive from sessions where account_id = any($1)`,
    [accounts],
  );
}
