import { type AuditEventName, auditInsert } from '@rekey/audit';
import { sql, statement } from '@rekey/database';
import { uuidv7 } from '@rekey/kernel';
import type { LabelsOf } from '@rekey/telemetry';
import type { DropReason } from './claim-messages.js';
import type { MessageContext } from './context.js';
import { lockedMessages } from './message-rows.js';

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
   ${auditInsert}
   select recorded.audit_id, :now::timestamptz, recorded.event, 'system', coalesce(r.account_id, recorded.account_id), r.id,
     jsonb_strip_nulls(jsonb_build_object('kind', recorded.kind, 'channel', recorded.channel, 'reason', recorded.reason))
   from recorded left join recoveries r on r.id = recorded.recovery_id`,
);

const events: Record<Delivery['state'], AuditEventName> = {
  sent: 'recovery_message_sent',
  dropped: 'recovery_message_dropped',
  failed: 'recovery_message_failed',
};

/** Records the outcome of messages. Only the first outcome of each counts. */
export async function recordDeliveries(
  { database, clock }: MessageContext,
  deliveries: { messageId: string; delivery: Delivery }[],
): Promise<void> {
  if (deliveries.length === 0) return;
  const now = clock.now();
  await database.query(record, {
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
}

const receipt = statement(
  'recovery_record_receipt',
  sql`with failed as (
     update messages set state = 'failed', reason = :reason where provider_id = :providerId and state = 'sent'
     returning recovery_id, account_id, kind, channel
   )
   ${auditInsert}
   select :auditId::uuid, :now::timestamptz, 'recovery_message_failed', 'system', coalesce(r.account_id, failed.account_id), r.id,
     jsonb_build_object('kind', failed.kind, 'channel', failed.channel, 'reason', :reason::text)
   from failed left join recoveries r on r.id = failed.recovery_id
   returning detail->>'kind' as kind, detail->>'channel' as channel`,
);

type Undelivered = Pick<LabelsOf<'messages'>, 'kind' | 'channel'>;

/** The provider accepted a message and could not deliver it. Its code stays valid, because it may still arrive. */
export async function recordReceipt(
  { database, clock }: Pick<MessageContext, 'database' | 'clock'>,
  { providerId, reason }: { providerId: string; reason: string },
): Promise<void> {
  const now = clock.now();
  const values = { providerId, reason, now: new Date(now), auditId: uuidv7(now) };
  for (const { kind, channel } of await database.query<Undelivered>(receipt, values))
    database.record('messages', { kind, channel, outcome: 'failed', reason: 'receipt' });
}
