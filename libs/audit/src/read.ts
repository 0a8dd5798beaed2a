import {
  exactAt,
  identifier,
  isAfterPosition,
  joined,
  type Keyset,
  literals,
  type Page,
  pageByPosition,
  pageOf,
  positionValues,
  type Queryable,
  type SqlText,
  sql,
  statement,
} from '@rekey/database';
import { isUuid, type Position } from '@rekey/kernel';
import { z } from 'zod';
import type { AuditEventEntity } from './audit-event.entity.js';
import { auditOutcomes } from './described-event.js';
import { type AuditEventName, ofEveryRecovery, outcomeOf } from './events.js';
import { namesOf } from './renamed-events.js';

/**
 * An event as readers of the audit see it. A member is the column of the same name, but for `outcome`: a line here adds it to searches and
 * exports. Times are RFC 3339; a column that is null is omitted.
 */
export const auditEventSchema = z.object({
  id: z.string(),
  at: z.string().describe('By the clock of the process'),
  recorded_at: z.string().optional().describe('By the clock of the database'),
  event: z.string().describe('One of docs/reference/audit-events.md'),
  outcome: z
    .enum(auditOutcomes)
    .describe(
      'Of every event of this name. `failure`: it was tried and did not succeed; `denied`: a rule refused it',
    ),
  actor: z
    .string()
    .describe('`person`, `system`, a client as `client:<client_id>`, or a member of staff as `staff:<id>`'),
  account_id: z.string().optional(),
  recovery_id: z.string().optional(),
  request_id: z.string().optional().describe('Of the request that caused it'),
  source: z.string().optional().describe('A keyed pseudonym of where that came from'),
  detail: z.record(z.string(), z.unknown()),
});
export type AuditEventView = z.output<typeof auditEventSchema>;

export const auditEventMembers = Object.keys(auditEventSchema.shape) as (keyof AuditEventView)[];

export type EventRow = Pick<AuditEventEntity, Exclude<keyof AuditEventView, 'outcome'>>;
type ListedRow = EventRow & { exact_at: string };

/** Which events are read. Without a member, all of them. */
export interface AuditFilter {
  accountId?: string | undefined;
  recoveryId?: string | undefined;
  event?: AuditEventName | undefined;
  /** At this time or later. */
  from?: Date | undefined;
  /** Before this time. */
  to?: Date | undefined;
}

const columns = auditEventMembers.filter((member) => member !== 'outcome');
export const eventColumns = joined(columns.map(identifier));
const keyset: Keyset = { at: sql`at`, id: sql`id`, type: 'uuid' };

/** One statement for each index that selects the events. */
const listBy = (name: string, which: SqlText) =>
  statement(
    `audit_list_${name}`,
    sql`select ${eventColumns}, ${exactAt(keyset)} from audit_events
     where ${which} and at >= :from::timestamptz and at < :to::timestamptz and (:events::text[] is null or event = any(:events::text[]))
       and ${isAfterPosition(keyset)}
     ${pageByPosition(keyset)}`,
  );

const lists = {
  recovery: listBy(
    'of_recovery',
    sql`recovery_id = :recoveryId::uuid and (:accountId::text is null or account_id = :accountId)`,
  ),
  account: listBy('of_account', sql`account_id = :accountId`),
  /** Of the index that leaves out the events of every recovery. */
  seldom: listBy('seldom', sql`event = (:events::text[])[1] and event not in (${literals(ofEveryRecovery)})`),
  all: listBy('all', sql`true`),
};

function indexFor({ accountId, recoveryId, event }: AuditFilter): keyof typeof lists {
  if (recoveryId !== undefined) return 'recovery';
  if (accountId !== undefined) return 'account';
  return event !== undefined && !ofEveryRecovery.includes(event) ? 'seldom' : 'all';
}

/** Events, newest first. */
export async function listAudit(
  database: Queryable,
  filter: AuditFilter,
  page: { after?: Position | undefined; limit: number },
): Promise<Page<AuditEventView>> {
  const { accountId = null, recoveryId = null, event, from, to } = filter;
  const rows = await database.query<ListedRow>(lists[indexFor(filter)], {
    accountId,
    recoveryId,
    events: event === undefined ? null : namesOf(event),
    from: from ?? '-infinity',
    to: to ?? 'infinity',
    ...positionValues(page.after, page.limit),
  });
  return pageOf(rows, page.limit, viewOf);
}

/** Rows of a page of {@link walkAudit}: some hundred kilobytes. */
const walkedAtOnce = 500;

/** Every event of a filter, newest first. It reads a page when the one before is used up, however many there are. */
export async function* walkAudit(database: Queryable, filter: AuditFilter): AsyncGenerator<AuditEventView> {
  let after: Position | undefined;
  do {
    const page = await listAudit(database, filter, { after, limit: walkedAtOnce });
    yield* page.items;
    after = page.next;
  } while (after);
}

const findById = statement(
  'audit_find_by_id',
  sql`select ${eventColumns} from audit_events where id = :id::uuid`,
);

/** @returns undefined when there is none, or it is older than the audit is kept */
export async function readAudit(database: Queryable, id: string): Promise<AuditEventView | undefined> {
  if (!isUuid(id)) return undefined;
  const [row] = await database.query<EventRow>(findById, { id });
  return row && viewOf(row);
}

export const viewOf = (row: EventRow): AuditEventView =>
  Object.fromEntries(
    auditEventMembers.flatMap((member) => {
      const value = member === 'outcome' ? outcomeOf(row.event) : row[member];
      return value === null ? [] : [[member, value instanceof Date ? value.toISOString() : value]];
    }),
  ) as unknown as AuditEventView;
