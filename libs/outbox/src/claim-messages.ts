import { type OpenedAddress, ownAddress } from '@rekey/accounts';
import type { Locale, MessageKind } from '@rekey/kernel';
import { smsRefusals } from '@rekey/limits';
import { deriveCode } from '@rekey/proofs';
import type { Correlation } from '@rekey/telemetry';
import { type ClaimedCode, claimCode } from './claim-code.js';
import { type ClaimedNotification, claimNotifications } from './claim-notifications.js';
import type { MessageContext } from './context.js';
import { messageLifetimes } from './lifetimes.js';
import { codeLinkToken, overrideToken, stopToken, undoToken } from './link-token.js';
import { type AccountNotification, isOfOverride } from './notifications.js';

/** For a recovery: it has set a new password, ended the old one without a new one, or left it alone. */
export type PasswordOutcome = 'set' | 'ended' | 'kept';

/** What a courier needs to write and send one message. It is never stored. */
export interface MessageToSend {
  messageId: string;
  accountId: string;
  kind: MessageKind;
  to: OpenedAddress;
  locale: Locale;
  createdAt: Date;
  expiresAt: Date;
  /** The client that the code is sent for. */
  clientId?: string | undefined;
  /** For a message about a recovery, to a current address of the account. */
  stopToken?: string | undefined;
  /** For a code. */
  code?: string;
  /** For a code by mail: the token of the link next to it. */
  linkToken?: string | undefined;
  /** For a notification: when it happened, and what happened to the password. */
  happenedAt?: Date;
  password?: PasswordOutcome | undefined;
  suspended?: boolean | undefined;
  /** For a recovery that is held. */
  heldUntil?: Date | undefined;
  /** For a notification of a binding or of an override: the token of the link that undoes it. */
  undoToken?: string | undefined;
  changes?: AccountNotification[] | undefined;
}

/** Why nothing is sent; stored in the message's row. */
export const dropReasons = [
  'no_account',
  'ended',
  'too_late',
  'key_gone',
  'altered',
  'limited',
  'sms_off',
  'compromised',
  ...smsRefusals,
] as const;
export type DropReason = (typeof dropReasons)[number];

export type ClaimedMessage = { messageId: string; kind: MessageKind; cause: Correlation } & Outcome;

/** What a job is about: one code, which a person waits for, or a batch of notifications. */
export type ToClaim = { code: string } | { notifications: string[] };

/**
 * Claims messages for one attempt to send each. A retry finds the same address, derives the same code, and is not charged again.
 *
 * @returns one entry for each message that still waits to be sent
 */
export async function claimMessages(context: MessageContext, of: ToClaim): Promise<ClaimedMessage[]> {
  if ('notifications' in of) {
    const rows = await claimNotifications(context, of.notifications);
    return rows.map((row) => claimed(row, row.kind, notificationOutcome(context, row)));
  }
  const row = await claimCode(context, of.code);
  return row ? [claimed(row, 'recovery_code', codeOutcome(context, row))] : [];
}

type Outcome = { send: MessageToSend } | { drop: DropReason };

const claimed = (
  row: ClaimedCode | ClaimedNotification,
  kind: MessageKind,
  outcome: Outcome,
): ClaimedMessage => ({
  messageId: row.message_id,
  kind,
  cause: { requestId: row.request_id, traceparent: row.traceparent },
  ...outcome,
});

function codeOutcome(context: MessageContext, row: ClaimedCode): Outcome {
  const { database, keyring, clock } = context;
  if (row.recovery_state !== 'proving') return { drop: 'ended' };
  if (row.expires_at.getTime() - clock.now() < messageLifetimes.codeAtLeast) return { drop: 'too_late' };
  if (row.account_id === null) return { drop: 'no_account' };
  if (row.channel === 'sms' && context.withoutSms) return { drop: 'sms_off' };
  if (row.limited_by !== null) {
    database.record('rate_limit_exceeded', { policy: row.limited_by });
    return { drop: 'limited' };
  }
  const to = ownAddress(keyring, row, row.account_id);
  if (!to) return { drop: 'altered' };
  const { recovery_id: recoveryId, counter, channel, created_at: createdAt } = row;
  const code = deriveCode(keyring, {
    recoveryId,
    channel,
    boundTo: row.bound_to ?? row.exact,
    counter,
    keyId: row.key_id ?? '',
    digits: row.digits,
  });
  if (code === undefined) return { drop: 'key_gone' };
  const at = createdAt.getTime();
  return {
    send: {
      messageId: row.message_id,
      accountId: row.account_id,
      kind: 'recovery_code',
      to,
      // The language of the start, which is what the person is reading.
      locale: row.locale ?? row.account_locale ?? 'en',
      createdAt,
      expiresAt: row.expires_at,
      clientId: row.client_id ?? undefined,
      stopToken: stopToken(keyring, recoveryId, at, { to: row.address_id }),
      code,
      linkToken: channel === 'email' ? codeLinkToken(keyring, recoveryId, counter, at) : undefined,
    },
  };
}

/** A release leaves no time of the hold. After a hold that ended by itself, there is nothing to say any more. */
const isHeldOrReleased = ({ recovery_state: state, held_until: until }: ClaimedNotification): boolean =>
  state === 'held' || (state === 'proven' && until === null);

function notificationOutcome(context: MessageContext, row: ClaimedNotification): Outcome {
  const { keyring, clock } = context;
  if (row.kind === 'recovery_held' && !isHeldOrReleased(row)) return { drop: 'ended' };
  if (row.expires_at.getTime() < clock.now()) return { drop: 'too_late' };
  if (row.account_id === null) return { drop: 'no_account' };
  if (row.is_compromised) return { drop: 'compromised' };
  if (row.channel === 'sms' && context.withoutSms) return { drop: 'sms_off' };
  const to = ownAddress(keyring, row, row.account_id);
  if (!to) return { drop: 'altered' };
  const { created_at: createdAt } = row;
  const at = createdAt.getTime();
  return {
    send: {
      messageId: row.message_id,
      accountId: row.account_id,
      kind: row.kind,
      to,
      locale: row.account_locale ?? row.locale ?? 'en',
      createdAt,
      expiresAt: row.expires_at,
      // A former owner of the address must not be able to end what the owner does now.
      stopToken:
        row.recovery_id && row.is_current
          ? stopToken(keyring, row.recovery_id, at, { heldUntil: row.held_until, to: row.address_id })
          : undefined,
      happenedAt: row.completed_at ?? createdAt,
      password: row.password_set ? 'set' : row.password_ended ? 'ended' : 'kept',
      suspended: row.suspended ?? undefined,
      heldUntil: row.held_until ?? undefined,
      undoToken: row.undoes
        ? (isOfOverride(row.changes) ? overrideToken : undoToken)(keyring, row.undoes, at, row.address_id)
        : undefined,
      changes: row.changes ?? undefined,
    },
  };
}
