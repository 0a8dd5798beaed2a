import { type AuditEventName, insertAudit } from '@rekey/audit';
import { sql, statement } from '@rekey/database';
import { uuidv7 } from '@rekey/kernel';
import type { DropReason } from './claim-messages.js';
import type { MessageContext } from './context.js';
import { lockedMessages } from './message-rows.js';
import { applyEarlyReceipts } from './record-receipt.js';

export type Delivery =
  | { state: 'sent'; providerId?: string }
  | { state: 'dropped'; reason: DropReason }
  /** Permanent: the provider will never accept it. `reason` is the provider's code. */
  | { state: 'failed'; reason: string };

const record = statement(
  'recovery_record_deliveries',
  sql`with ended as (
     select * from unnest(:messageIds::uuid[], :auditIds::uuid[], :states::text[], :events::text[], :reasons::text[], :providerIds::text[])
       as ended (id, audit_id, state, event, reason, provider_id)
   ), recorded as (
     update messages m set state = ended.state, reason = ended.reason, provider_id = ended.provider_id,
       sent_at = case when ended.state = 'sent' then :now::timestamptz end
     from ended where m.id = ended.id and m.state = 'queued' and m.id in (${lockedMessages(sql`id = any(:messageIds::uuid[])`)})
     returning m.recovery_id, m.account_id, m.kind, m.channel, ended.audit_id, ended.event, ended.reason
   )
   ${insertAudit}
   recorded.audit_id, :now::timestamptz, recorded.event, 'system', coalesce(r.account_id, recorded.account_id), r.id,
     jsonb_strip_nulls(jsonb_build_object('kind', recorded.kind, 'channel', recorded.channel, 'reason', recorded.reason))
   from recorded left join recoveries r on r.id = recorded.recovery_id
   returning detail->>'channel' as channel, event`,
);

const events: Record<Delivery['state'], AuditEventName> = {
  sent: 'recovery_message_sent',
  dropped: 'recovery_message_dropped',
  failed: 'recovery_message_failed',
};

/** Records the outcome of messages. Only the first outcome of each counts, and then a receipt of the provider. */
export async function recordDeliveries(
  { database, clock }: MessageContext,
  deliveries: { messageId: string; delivery: Delivery }[],
): Promise<void> {
  if (deliveries.length === 0) return;
  const now = clock.now();
  const recorded = await database.query<{ channel: string | null; event: AuditEventName }>(record, {
    now: new Date(now),
    messageIds: deliveries.map(({ messageId }) => messageId),
    auditIds: deliveries.map(() => uuidv7(now)),
    states: deliveries.map(({ delivery }) => delivery.state),
    events: deliveries.map(({ delivery }) => events[delivery.state]),
    reasons: deliveries.map(({ delivery }) => ('reason' in delivery ? delivery.reason : null)),
    providerIds: deliveries.map(({ delivery }) =>
      'providerId' in delivery ? (delivery.providerId ?? null) : null,
    ),
  });
  // After the commit: a receipt that came before it is found here, and a later one finds the row.
  const providerIds = deliveries.flatMap(({ delivery }) =>
    'providerId' in delivery ? (delivery.providerId ?? []) : [],
  );
  if (recorded.some(({ channel, event }) => channel === 'sms' && event === events.sent))
    await applyEarlyReceipts({ database, clock }, providerIds);
}
