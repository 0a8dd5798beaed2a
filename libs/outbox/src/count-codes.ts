import { type Queryable, sql, statement } from '@rekey/database';
import { type Channel, firstUuidv7 } from '@rekey/kernel';

/** The codes that were asked for in some time and had an address, of one channel. */
export interface CodeCounts {
  channel: Channel;
  /** A mail server or the SMS provider accepted it, and reported nothing else since. */
  sent: number;
  /** It was refused for good, or reported as undeliverable later. */
  failed: number;
  /** Milliseconds from being asked for until it was accepted: of the half, and of 95 in 100. Null when none was. */
  p50_ms: number | null;
  p95_ms: number | null;
}

const quantile = (part: number) =>
  sql`(percentile_cont(${part}) within group (order by extract(epoch from sent_at - created_at)) * 1000)::integer`;

/** By the primary key, whose order is the order of time for codes: it reads the messages that it counts. */
const count = statement(
  'messages_count_codes',
  sql`select channel, (count(*) filter (where state = 'sent'))::integer as sent, (count(*) filter (where state = 'failed'))::integer as failed,
     ${quantile(0.5)} as p50_ms, ${quantile(0.95)} as p95_ms
   from messages where id >= :from::uuid and id < :to::uuid and kind = 'recovery_code' and state in ('sent', 'failed') and channel is not null
   group by channel order by channel`,
);

/** Counts the codes that were asked for from a time (in it) to another one (not in it). Codes, not notifications: somebody waits for a code. */
export const countCodes = (database: Queryable, of: { from: Date; to: Date }): Promise<CodeCounts[]> =>
  database.query<CodeCounts>(count, {
    from: firstUuidv7(of.from.getTime()),
    to: firstUuidv7(of.to.getTime()),
  });
