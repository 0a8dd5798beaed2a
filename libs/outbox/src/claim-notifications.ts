import { addressOfNotification, type SealedAddress } from '@rekey/accounts';
import { sql, statement } from '@rekey/database';
import type { Locale, MessageKind } from '@rekey/kernel';
import type { MessageContext } from './context.js';
import { lockedMessages } from './message-rows.js';
import type { AccountNotification } from './notifications.js';

/** A claimed notification with its address, if the account still exists. */
export interface ClaimedNotification extends SealedAddress {
  message_id: string;
  kind: Exclude<MessageKind, 'recovery_code'>;
  /** Null for a notification about an account. */
  recovery_id: string | null;
  recovery_state: string | null;
  changes: AccountNotification[] | null;
  /** Whether the address is still the account's. A removed address is notified without a link to undo. */
  is_current: boolean | null;
  /** It was marked after the notification was queued. */
  is_compromised: boolean | null;
  /** What the undo link removes or stops, for a notification of a binding or an override to a current address. */
  undoes: string | null;
  created_at: Date;
  expires_at: Date;
  request_id: string | null;
  traceparent: string | null;
  locale: Locale | null;
  account_locale: Locale | null;
  completed_at: Date | null;
  password_set: boolean | null;
  password_ended: boolean | null;
  suspended: boolean | null;
  held_until: Date | null;
  account_id: string | null;
}

const claim = statement(
  'outbox_claim_notifications',
  sql`with message as (
     select m.*, r.state as recovery_state, r.locale, r.completed_at, r.password_set, r.password_ended, r.suspended, r.held_until
     from messages m left join recoveries r on r.id = m.recovery_id
     where m.id = any(:messageIds::uuid[]) and m.kind <> 'recovery_code' and m.state = 'queued'
   ), address as (
     select message.id as message_id, found.* from message, lateral (${addressOfNotification(sql`message.address_id`)}) found
   ), claimed as (
     update messages m set attempts = m.attempts + 1, channel = address.channel
     from address where m.id = address.message_id and m.state = 'queued' and m.id in (${lockedMessages(sql`id = any(:messageIds::uuid[])`)})
   )
   select message.id as message_id, message.kind, message.recovery_id, message.recovery_state, string_to_array(message.change, ' ') as changes,
     case when message.kind = 'authenticators_changed' and address.is_current then message.authenticator end as undoes,
     message.created_at, message.expires_at, message.request_id, message.traceparent, message.locale, message.completed_at,
     message.password_set, message.password_ended, message.suspended, message.held_until,
     address.account_id, address.account_locale, address.address_id, address.channel, address.sealed, address.exact, address.is_current,
     address.is_compromised
   from message left join address on address.message_id = message.id`,
);

/** Claims notifications for one attempt to send each. They are charged to nobody. Returns those that still wait to be sent. */
export const claimNotifications = (
  { database }: MessageContext,
  messageIds: string[],
): Promise<ClaimedNotification[]> => database.query<ClaimedNotification>(claim, { messageIds });
