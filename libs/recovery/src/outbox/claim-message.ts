import { type OpenedAddress, ownAddress } from '@rekey/accounts';
import type { Locale, MessageKind } from '@rekey/kernel';
import { defaultOdds, oddsParameters, type SmsRefusal } from '@rekey/limits';
import { deriveCode } from '@rekey/proofs';
import type { Correlation } from '@rekey/telemetry';
import type { MessageContext } from '../context.js';
import { lifetimes, triesPerRecovery } from '../lifetimes.js';
import { codeLinkToken, stopToken, undoToken } from '../tokens/link-token.js';
import { type ClaimedRow, claimStatement, shardsOf } from './claim-statement.js';
import type { AccountNotification } from './notifications.js';

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
  /** For a notification of a binding: the token of the link that undoes it. */
  undoToken?: string | undefined;
  changes?: AccountNotification[] | undefined;
}

/** Why nothing is sent; stored in the message's row. */
export type DropReason =
  | 'no_account'
  | 'ended'
  | 'too_late'
  | 'key_gone'
  | 'altered'
  | 'limited'
  | 'sms_off'
  | SmsRefusal;

export type ClaimedMessage = { messageId: string; kind: MessageKind; cause: Correlation } & Outcome;

/**
 * Claims messages for one attempt to send each. A retry finds the same address, derives the same code, and is not charged again.
 *
 * @returns one entry for each message that still waits to be sent
 */
export async function claimMessages(
  context: MessageContext,
  messageIds: string[],
): Promise<ClaimedMessage[]> {
  const { database, keyring, clock, sendQuotas: quotas } = context;
  const rows = await database.query<ClaimedRow>(claimStatement, {
    messageIds,
    now: new Date(clock.now()),
    keyId: keyring.newestKeyId,
    withoutSms: context.withoutSms ?? false,
    triesAllowed: triesPerRecovery,
    ...oddsParameters(context.odds ?? defaultOdds),
    clientShards: shardsOf(quotas.client),
    clientQuota: Math.floor(quotas.client / shardsOf(quotas.client)),
    instanceShards: shardsOf(quotas.instance),
    instanceQuota: Math.floor(quotas.instance / shardsOf(quotas.instance)),
  });
  return rows.map((row) => ({
    messageId: row.message_id,
    kind: row.kind,
    cause: { requestId: row.request_id, traceparent: row.traceparent },
    ...outcomeOf(context, row),
  }));
}

type Outcome = { send: MessageToSend } | { drop: DropReason };

function outcomeOf(context: MessageContext, row: ClaimedRow): Outcome {
  const { database, keyring, clock } = context;
  const messageId = row.message_id;
  const isCode = row.kind === 'recovery_code';
  const left = row.expires_at.getTime() - clock.now();
  if (isCode && row.recovery_state !== 'proving') return { drop: 'ended' };
  if (row.kind === 'recovery_held' && row.recovery_state !== 'held') return { drop: 'ended' };
  if (left < (isCode ? lifetimes.codeAtLeast : 0)) return { drop: 'too_late' };
  if (row.account_id === null) return { drop: 'no_account' };
  if (row.channel === 'sms' && context.withoutSms) return { drop: 'sms_off' };
  if (row.limited_by !== null) {
    database.record('rate_limit_exceeded', { policy: row.limited_by });
    return { drop: 'limited' };
  }

  const to = ownAddress(keyring, row, row.account_id);
  if (!to) return { drop: 'altered' };
  const about: MessageToSend = {
    messageId,
    accountId: row.account_id,
    kind: row.kind,
    to,
    // A code uses the language of the start, which is what the person is reading. A notification uses the account's own.
    locale: (isCode ? (row.locale ?? row.account_locale) : (row.account_locale ?? row.locale)) ?? 'en',
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    // A former owner of the address must not be able to end what the owner does now.
    stopToken:
      row.recovery_id && row.is_current
        ? stopToken(keyring, row.recovery_id, row.created_at.getTime())
        : undefined,
  };
  if (isCode) return codeOf(context, row, about);
  const happenedAt = row.completed_at ?? row.created_at;
  const more: Partial<MessageToSend> = {
    password: row.password_set ? 'set' : row.password_ended ? 'ended' : 'kept',
    suspended: row.suspended ?? undefined,
    heldUntil: row.held_until ?? undefined,
    undoToken: row.undoes ? undoToken(keyring, row.undoes, row.created_at.getTime()) : undefined,
    changes: row.changes ?? undefined,
  };
  return { send: { ...about, happenedAt, ...more } };
}

function codeOf({ keyring }: MessageContext, row: ClaimedRow, about: MessageToSend): Outcome {
  const recoveryId = row.recovery_id ?? '';
  const code = deriveCode(keyring, {
    recoveryId,
    channel: row.channel,
    boundTo: row.bound_to ?? row.exact,
    counter: row.counter,
    keyId: row.key_id ?? '',
    digits: row.digits,
  });
  if (code === undefined) return { drop: 'key_gone' };
  const linkToken =
    row.channel === 'email'
      ? codeLinkToken(keyring, recoveryId, row.counter, row.created_at.getTime())
      : undefined;
  return { send: { ...about, clientId: row.client_id ?? undefined, code, linkToken } };
}
