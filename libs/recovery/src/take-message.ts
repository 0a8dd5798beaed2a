import { addressToWrite, type OpenedAddress, openAddress, type SealedAddress } from '@rekey/accounts';
import { statement } from '@rekey/database';
import type { Locale } from '@rekey/kernel';
import { budgets } from '@rekey/limits';
import { deriveCode } from '@rekey/proofs';
import { stopToken } from './bearer.js';
import type { MessageContext } from './context.js';
import { lifetimes } from './lifetimes.js';

/** What a courier needs to write and send one message. It is never kept. */
export interface MessageToSend {
  messageId: string;
  recoveryId: string;
  accountId: string;
  kind: 'recovery_code' | 'recovery_completed';
  to: OpenedAddress;
  locale: Locale;
  expiresAt: Date;
  stopToken: string;
  /** For a code. */
  code?: string;
  /** For a notice: when it happened, and whether there is a new password. */
  settledAt?: Date;
  passwordSet?: boolean;
}

/** Why nothing is sent; stands in the message's row. */
export type DropReason = 'no_account' | 'ended' | 'too_late' | 'key_gone';

export type Taken = { messageId: string } & ({ send: MessageToSend } | { drop: DropReason });

interface TakenRow extends SealedAddress {
  message_id: string;
  recovery_id: string;
  kind: MessageToSend['kind'];
  created_at: Date;
  expires_at: Date;
  counter: number;
  recovery_state: string;
  locale: Locale;
  account_locale: Locale | null;
  settled_at: Date | null;
  password_set: boolean;
  account_id: string | null;
  key_id: string;
}

/**
 * One statement for all of it: read the messages, find the accounts by their blind index, pick the addresses, bind messages
 * and recoveries to them. The binding commits before anything is sent, so that a code which arrives is a code which is
 * good, however fast the person types.
 */
const take = statement(
  'recovery_take_messages',
  `with message as (
     select m.id, m.recovery_id, m.kind, m.created_at, m.expires_at, m.counter, m.address_id, r.account_id, r.state, r.locale,
       r.settled_at, r.password_set, r.identifier_digests, r.channel as wanted
     from messages m join recoveries r on r.id = m.recovery_id
     where m.id = any(:messageIds::uuid[]) and m.state = 'queued'
   ), address as (
     select message.id as message_id, message.recovery_id, message.kind, found.*
     from message, lateral (${addressToWrite({
       digests: 'message.identifier_digests',
       account: 'message.account_id',
       address: 'message.address_id',
       channel: 'message.wanted',
     })}) found
   ), bound as (
     update messages m set attempts = attempts + 1, address_id = address.address_id, channel = address.channel,
       bound_to = address.exact, key_id = coalesce(m.key_id, :keyId)
     from address
     where m.id = address.message_id and m.state = 'queued'
     returning m.id, m.key_id
   ), bound_recovery as (
     update recoveries r set account_id = address.account_id,
       guess_budgets = r.guess_budgets || sha256(convert_to(:guessPolicy::text || ' ' || address.account_id, 'utf8'))
     from address
     where r.id = address.recovery_id and r.account_id is null and address.kind = 'recovery_code'
   )
   select message.id as message_id, message.recovery_id, message.kind, message.created_at, message.expires_at,
     message.counter, message.state as recovery_state, message.locale, message.settled_at, message.password_set,
     address.account_id, address.account_locale, address.address_id, address.channel, address.sealed, address.exact, bound.key_id
   from message left join address on address.message_id = message.id left join bound on bound.id = message.id`,
);

/**
 * Takes messages up, for one attempt to send each. A retry finds the same address and derives the same code.
 *
 * @returns one entry for each message that still waits to be sent
 */
export async function takeMessages(context: MessageContext, messageIds: string[]): Promise<Taken[]> {
  const rows = await context.database.query<TakenRow>(take, {
    messageIds,
    keyId: context.keyring.newestKeyId,
    guessPolicy: budgets.guessesADay.policy,
  });
  return rows.map((row) => takenOf(context, row));
}

function takenOf({ keyring, clock }: MessageContext, row: TakenRow): Taken {
  const now = clock.now();
  const messageId = row.message_id;
  const isCode = row.kind === 'recovery_code';
  if (isCode && row.recovery_state !== 'proving') return { messageId, drop: 'ended' };
  if (row.expires_at.getTime() - now < (isCode ? lifetimes.codeAtLeast : 0))
    return { messageId, drop: 'too_late' };
  if (row.account_id === null) return { messageId, drop: 'no_account' };

  const message = {
    messageId,
    recoveryId: row.recovery_id,
    accountId: row.account_id,
    kind: row.kind,
    to: openAddress(keyring, row),
    // The language of the page for a code: that is what the person is reading. The account's own for a notice.
    locale: isCode ? row.locale : (row.account_locale ?? row.locale),
    expiresAt: row.expires_at,
    stopToken: stopToken(keyring, row.recovery_id, row.created_at.getTime()),
  };
  if (!isCode) {
    const settledAt = row.settled_at ?? row.created_at;
    return { messageId, send: { ...message, settledAt, passwordSet: row.password_set } };
  }
  const code = deriveCode(keyring, {
    recoveryId: row.recovery_id,
    channel: row.channel,
    boundTo: row.exact,
    counter: row.counter,
    keyId: row.key_id,
  });
  return code === undefined ? { messageId, drop: 'key_gone' } : { messageId, send: { ...message, code } };
}
