import { type Queryable, sql, statement } from '@rekey/database';
import { budgetWindowMs } from './reserve.js';

const refund = statement(
  'limits_refund_sms',
  sql`with mine as (
     select country, client_id from sms_reservations where message_id = :messageId
   ), locked as materialized (
     select s.scope, s.resets_at from sms_spending s, mine
     where s.scope in ('instance', 'country ' || mine.country, 'client ' || mine.client_id)
     order by s.scope for update of s
   ), gone as (
     -- The counts only force the order of locks: spending, reservation, traffic.
     delete from sms_reservations where message_id = :messageId and (select count(*) from locked) >= 0
     returning country, prefix, client_id, counts, price, unproven, reserved_at, slot
   ), returned as (
     -- Only within the hour that it was charged to.
     update sms_spending s set spent = greatest(0, s.spent - gone.price),
       unproven = greatest(0, s.unproven - case when gone.unproven then gone.price else 0 end)
     from gone, locked where s.scope = locked.scope and locked.resets_at > :now::timestamptz
       and locked.resets_at <= gone.reserved_at + :windowMs::bigint * interval '1 millisecond'
     returning s.scope
   )
   update sms_traffic t set sent = t.sent - 1
   from gone, (select count(*) from returned) ordered where gone.counts and t.slot = gone.slot and t.prefix in (gone.prefix, gone.country) and t.sent > 0`,
);

/** Refunds the price of a message that the provider has certainly not accepted. After a timeout nobody knows, so the money stays spent. */
export async function refundSms(database: Queryable, now: number, messageId: string): Promise<void> {
  await database.query(refund, { messageId, now: new Date(now), windowMs: budgetWindowMs });
}
