import { type AuditEventName, auditInsert } from '@rekey/audit';
import { statement } from '@rekey/database';
import { uuidv7 } from '@rekey/kernel';
import type { RecoveryContext } from './context.js';
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
  { database, clock }: RecoveryContext,
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
