import { type Queryable, sql, statement } from '@rekey/database';
import { type AuditEventView, type EventRow, eventColumns, viewOf } from './read.js';

/** More events than any request of ours brings about; what a proxy's id has gathered beyond that is cut. */
const mostEvents = 200;

const ofRequest = statement(
  'audit_of_request',
  sql`select ${eventColumns} from audit_events where request_id = :requestId order by at, id limit ${mostEvents}`,
);

/**
 * The events that one request has caused, in every process that worked for it, oldest first and 200 at most.
 *
 * @param requestId as in `X-Request-Id`, in its canonical form
 */
export const eventsOfRequest = async (database: Queryable, requestId: string): Promise<AuditEventView[]> =>
  (await database.query<EventRow>(ofRequest, { requestId })).map(viewOf);
