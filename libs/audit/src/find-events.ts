import { type Queryable, sql, statement } from '@rekey/database';
import type { AuditEventName } from './events.js';
import { namesOf } from './renamed-events.js';

/** Something that has happened to an account, of which the event is looked for. */
export interface SoughtEvent {
  /** By which the result is found. */
  key: string;
  /** When it happened; its event may be up to five seconds off. */
  at: Date;
  /** The event that names this session, if there is one of these. */
  session?: { id: string; events: readonly AuditEventName[] };
  /** Otherwise any of these: it happened to more than one session, or to none. */
  events: readonly AuditEventName[];
}

export interface FoundEvent {
  id: string;
  actor: string;
  event: AuditEventName;
}

/** Rows that were written before the word changed say `family`. */
const sessionOf = sql`coalesce(e.detail->>'session', e.detail->>'family')`;
const near = sql`e.at between sought.at - interval '5 seconds' and sought.at + interval '5 seconds'`;
const isOwn = sql`(${sessionOf} = sought.session and e.event = any(string_to_array(sought.own, ',')))`;

const each = statement(
  'audit_find_events',
  sql`select sought.key, found.id, found.actor, found.event
   from unnest(:keys::text[], :ats::timestamptz[], :sessions::text[], :owns::text[], :events::text[]) as sought (key, at, session, own, events),
     lateral (
       select e.id, e.actor, e.event from audit_events e
       where e.account_id = :accountId and ${near} and (${isOwn} or e.event = any(string_to_array(sought.events, ',')))
       order by ${isOwn} desc nulls last, abs(extract(epoch from e.at - sought.at)), e.id limit 1
     ) found`,
);

const listed = (events: readonly AuditEventName[]): string => events.flatMap(namesOf).join(',');

/** The event behind each of these, by its key. What is older than the audit is kept has none. */
export async function findEvents(
  database: Queryable,
  accountId: string,
  sought: readonly SoughtEvent[],
): Promise<Map<string, FoundEvent>> {
  if (sought.length === 0) return new Map();
  const rows = await database.query<FoundEvent & { key: string }>(each, {
    accountId,
    keys: sought.map(({ key }) => key),
    ats: sought.map(({ at }) => at),
    sessions: sought.map(({ session }) => session?.id ?? null),
    owns: sought.map(({ session }) => listed(session?.events ?? [])),
    events: sought.map(({ events }) => listed(events)),
  });
  return new Map(rows.map(({ key, ...found }) => [key, found]));
}
