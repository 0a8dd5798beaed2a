import { type Queryable, requestOrigin, sql, statement } from '@rekey/database';
import type { AuditEventName } from './events.js';
import { namesOf } from './renamed-events.js';

export interface AuditEvent {
  /** UUID of version 7. */
  id: string;
  at: Date;
  event: AuditEventName;
  /** Who did it: `person`, `system`, `client:<client_id>`, `staff:<id>`. */
  actor: string;
  accountId?: string | undefined;
  recoveryId?: string | undefined;
  detail?: Record<string, string | number | boolean | string[]>;
}

/**
 * The head of an insert, for statements that audit in the same transaction as the change, up to its first columns: the request and the
 * source that caused the work. The other columns follow, in this order, and where they are selected from. A statement cannot leave the
 * origin out: the database that runs it fills it in.
 */
export const insertAudit = sql`insert into audit_events (request_id, source, id, at, event, actor, account_id, recovery_id, detail)
  select ${requestOrigin},`;

const record = statement(
  'audit_record',
  sql`${insertAudit} :id::uuid, :at::timestamptz, :event::text, :actor::text, :accountId::text, :recoveryId::uuid, :detail::jsonb`,
);

export async function recordAudit(database: Queryable, event: AuditEvent): Promise<void> {
  await database.query(record, {
    id: event.id,
    at: event.at,
    event: event.event,
    actor: event.actor,
    accountId: event.accountId ?? null,
    recoveryId: event.recoveryId ?? null,
    detail: JSON.stringify(event.detail ?? {}),
  });
}

/** Rows that were written before the word changed say `family`. */
const sessionOf = sql`coalesce(detail->>'session', detail->>'family')`;

const find = statement(
  'audit_find',
  sql`select id, actor, event, detail->>'source' as source from audit_events
   where account_id = :accountId and at between :at::timestamptz - interval '5 seconds' and :at::timestamptz + interval '5 seconds'
     and (${sessionOf} = :session and event in ('authn_token_revoked', 'authn_token_reuse')
       or event = any(:behind::text[]))
   order by (${sessionOf} = :session) desc nulls last, abs(extract(epoch from at - :at::timestamptz)), id limit 1`,
);

/** A session of a deleted account no longer names the account. */
const findBySession = statement(
  'audit_find_by_session',
  sql`select id, actor, event, detail->>'source' as source from audit_events
   where at between :at::timestamptz - interval '5 seconds' and :at::timestamptz + interval '5 seconds'
     and ${sessionOf} = :session and event in ('authn_token_revoked', 'authn_token_reuse')
   order by abs(extract(epoch from at - :at::timestamptz)), id limit 1`,
);

interface FoundAudit {
  id: string;
  actor: string;
  event: AuditEventName;
  source: string | null;
}

/**
 * Returns the event behind the end of a session: its own, otherwise the one that ended it with all other sessions of the account.
 *
 * @param of.accountId null when the account was deleted
 * @param of.behind the kind of event that ended all sessions of the account
 */
export async function findAudit(
  database: Queryable,
  { accountId, ...of }: { accountId: string | null; at: Date; session: string; behind: AuditEventName },
): Promise<FoundAudit | undefined> {
  const [row] = await (accountId === null
    ? database.query<FoundAudit>(findBySession, of)
    : database.query<FoundAudit>(find, { ...of, behind: namesOf(of.behind), accountId }));
  return row;
}

const prune = statement('audit_prune', sql`select public.audit_events_forget()`);

/**
 * Prunes events older than twelve months, at most 5,000; for the sweep. The function is the only way to remove any: it decides by the clock
 * of the database which events those are, and the role that calls it may delete none itself.
 */
export const pruneAudit = (database: Queryable): Promise<object[]> => database.query(prune);
