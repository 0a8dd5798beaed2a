import { type AuditEventName, auditInsert } from '@rekey/audit';
import { statement } from '@rekey/database';
import { uuidv7 } from '@rekey/kernel';
import type { MessageContext } from './context.js';
import type { DropReason } from './take-message.js';

export type Delivery =
  | { state: 'sent'; providerId?: string }
  | { state: 'dropped'; reason: DropReason }
  /** For good: the provider will never take it. `reason` is the provider's code. */
  | { state: 'failed'; reason: string };

const record = statement(
  'recovery_record_delivery',
  `with recorded as (
     update messages set state = :state, reason = :reason, provider_id = :providerId,
       sent_at = case when :state = 'sent' then :now::timestamptz end
     where id = :messageId and state = 'queued'
     returning recovery_id, kind, channel
   )
   ${auditInsert}
   select :auditId::uuid, :now::timestamptz, :event::text, 'system', r.account_id, r.id,
     jsonb_strip_nulls(jsonb_build_object('kind', recorded.kind, 'channel', recorded.channel, 'reason', :reason::text))
   from recorded join recoveries r on r.id = recorded.recovery_id`,
);

const events: Record<Delivery['state'], AuditEventName> = {
  sent: 'recovery_message_sent',
  dropped: 'recovery_message_dropped',
  failed: 'recovery_message_failed',
};

/** Writes down how a message ended. Only the first end counts. */
export async function recordDelivery(
  { database, clock }: MessageContext,
  messageId: string,
  delivery: Delivery,
): Promise<void> {
  const now = clock.now();
  await database.query(record, {
    messageId,
    now: new Date(now),
    auditId: uuidv7(now),
    state: delivery.state,
    event: events[delivery.state],
    reason: 'reason' in delivery ? delivery.reason : null,
    providerId: 'providerId' in delivery ? (delivery.providerId ?? null) : null,
  });
}

const receipt = statement(
  'recovery_record_receipt',
  `with failed as (
     update messages set state = 'failed', reason = :reason where provider_id = :providerId and state = 'sent'
     returning recovery_id, kind, channel
   )
   ${auditInsert}
   select :auditId::uuid, :now::timestamptz, 'recovery_message_failed', 'system', r.account_id, r.id,
     jsonb_build_object('kind', failed.kind, 'channel', failed.channel, 'reason', :reason::text)
   from failed join recoveries r on r.id = failed.recovery_id`,
);

/** The provider took a message and could not deliver it. A code of it stays good: it may still arrive. */
export async function recordReceipt(
  { database, clock }: MessageContext,
  { providerId, reason }: { providerId: string; reason: string },
): Promise<void> {
  const now = clock.now();
  await database.query(receipt, { providerId, reason, now: new Date(now), auditId: uuidv7(now) });
}
