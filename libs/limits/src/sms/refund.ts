import { type Queryable, sql, statement } from '@rekey/database';
import { budgetWindowMs } from './reserve.js';

const refund = statement(
  'limits_refund_sms',
  sql`with gone as (
     delete from sms_reservations where message_id = :messageId
     returning country, prefix, client_id, counts, price, unproven, reserved_at, slot
   ), locked as materialized (
     -- Only within the hour that it was charged to.
     select s.scope from sms_spending s, gone
     where s.scope in ('instance', 'country ' || gone.country, 'client ' || gone.client_id)
       and s.resets_at > :now::timestamptz and s.resets_at <= gone.reserved_at + :windowMs::bigint * interval '1 millisecond'
     order by s.scope for update of s
   ), returned as (
     update sms_spending s set spent = greatest(0, s.spent - gone.price),
       unproven = greatest(0, s.unproven - case when gone.unproven then gone.price else 0 end)
     from gone, locked where s.scope = locked.scope
   )
   update sms_traffic t set sent = t.sent - 1
   from gone where gone.counts and t.slot = gone.slot and t.prefix in (gone.prefix, gone.country) and t.sent > 0`,
);

/** Refunds the price of a message that the provider has certainly not accepted. After a timeout nobody knows, so the money stays spent. */
export async function refundSms(database: Queryable, now: number, messageId: string): Promise<void> {
  await database.query(refund, { messageId, now: new Date(now), windowMs: budgetWindowMs });
}
