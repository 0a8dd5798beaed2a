import { type Sql, statement } from '@rekey/database';
import type { AuditEventName } from './events.js';

export interface AuditEvent {
  /** UUID of version 7. */
  id: string;
  at: Date;
  event: AuditEventName;
  /** Who did it: `person`, `system`, `client:<client_id>`. */
  actor: string;
  accountId?: string | undefined;
  recoveryId?: string;
  detail?: Record<string, string | number | boolean | string[]>;
}

/** The head of an insert, for statements that write the event together with what happened. A select or values follows. */
export const auditInsert = 'insert into audit_events (id, at, event, actor, account_id, recovery_id, detail)';

const record = statement(
  'audit_record',
  `${auditInsert} values (:id, :at, :event, :actor, :accountId, :recoveryId, :detail)`,
);

export async function recordAudit(sql: Sql, event: AuditEvent): Promise<void> {
  await sql.query(record, {
    id: event.id,
    at: event.at,
    event: event.event,
    actor: event.actor,
    accountId: event.accountId ?? null,
    recoveryId: event.recoveryId ?? null,
    detail: JSON.stringify(event.detail ?? {}),
  });
}

const find = statement(
  'audit_find',
  `select id, actor, event, detail->>'source' as source from audit_events
   where account_id = :accountId and at between :at::timestamptz - interval '5 seconds' and :at::timestamptz + interval '5 seconds'
     and (detail->>'family' = :family and event in ('authn_token_revoked', 'authn_token_reuse')
       or event = :behind)
   order by (detail->>'family' = :family) desc nulls last, abs(extract(epoch from at - :at::timestamptz)), id limit 1`,
);

/** Where the account was deleted, the session names none any more. */
const findByFamily = statement(
  'audit_find_by_family',
  `select id, actor, event, detail->>'source' as source from audit_events
   where at between :at::timestamptz - interval '5 seconds' and :at::timestamptz + interval '5 seconds'
     and detail->>'family' = :family and event in ('authn_token_revoked', 'authn_token_reuse')
   order by abs(extract(epoch from at - :at::timestamptz)), id limit 1`,
);

interface FoundAudit {
  id: string;
  actor: string;
  event: AuditEventName;
  source: string | null;
}

/**
 * The event behind the end of a session: its own, else what ended it together with all others of the account.
 *
 * @param of.accountId null when the account was deleted
 * @param of.behind the kind of the latter
 */
export async function findAudit(
  sql: Sql,
  { accountId, ...of }: { accountId: string | null; at: Date; family: string; behind: AuditEventName },
): Promise<FoundAudit | undefined> {
  const [row] = await (accountId === null
    ? sql.query<FoundAudit>(findByFamily, of)
    : sql.query<FoundAudit>(find, { ...of, accountId }));
  return row;
}

const forget = statement('audit_forget', 'select audit_events_forget()');

/**
 * Removes events older than twelve months, 5,000 at most; for the sweep. The function is the only way to remove any: it works out by
 * the clock of the database which they are, and the role that calls it could remove none itself.
 */
export const forgetAudit = (sql: Sql): Promise<object[]> => sql.query(forget);
