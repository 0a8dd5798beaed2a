import { literals, type Queryable, sql, statement } from '@rekey/database';
import { type AuditEventName, auditEventNames, describeEvent, ofEveryRecovery } from './events.js';

/** Everything that failed or was refused, as far as it is not written by every recovery: those have no index by name. */
const failures: readonly AuditEventName[] = auditEventNames.filter(
  (name) => describeEvent(name).outcome !== 'success' && !ofEveryRecovery.includes(name),
);

/** By the index of seldom events: it reads an entry for each event that is counted, and no row. */
const count = statement(
  'audit_count_failures',
  sql`select event as cause, count(*)::integer as count from audit_events
   where event in (${literals(failures)}) and event not in (${literals(ofEveryRecovery)})
     and at >= :from::timestamptz and at < :to::timestamptz
   group by event`,
);

/** How often each event whose outcome is a failure or a denial was written, from a time (in it) to another one (not in it). */
export const countFailures = (
  database: Queryable,
  of: { from: Date; to: Date },
): Promise<{ cause: AuditEventName; count: number }[]> => database.query(count, of);
