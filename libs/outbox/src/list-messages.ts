import { addressOfNotification, maskAddress, ownAddress, type SealedAddress } from '@rekey/accounts';
import { type Queryable, type SqlText, sql, statement } from '@rekey/database';
import type { Keyring } from '@rekey/kernel';
import { z } from 'zod';
import type { MessageEntity } from './entities/message.entity.js';

/** A message as the management API shows it: never its code, its links or its address in clear. Times are RFC 3339. */
export const messageViewSchema = z.object({
  id: z.string(),
  recovery_id: z.string().optional(),
  kind: z.string(),
  change: z.string().optional().describe('What a notification about an account says'),
  channel: z.enum(['email', 'sms']).optional(),
  address: z.string().optional().describe('Masked'),
  state: z.enum(['queued', 'sent', 'dropped', 'failed']),
  reason: z.string().optional().describe('Why it was not sent or not delivered'),
  attempts: z.number().int(),
  created_at: z.string(),
  sent_at: z.string().optional().describe('When the mail server or the provider accepted it'),
  expires_at: z.string(),
});
export type MessageView = z.output<typeof messageViewSchema>;

type Listed = Pick<
  MessageEntity,
  | 'id'
  | 'recovery_id'
  | 'kind'
  | 'change'
  | 'channel'
  | 'state'
  | 'reason'
  | 'attempts'
  | 'created_at'
  | 'sent_at'
  | 'expires_at'
>;

/** The address, if the message has one: its channel may differ from the one that was asked for. */
interface ListedMessage extends Listed {
  owner: string | null;
  address_id: string | null;
  address_channel: SealedAddress['channel'] | null;
  sealed: Buffer | null;
  exact: Buffer | null;
}

const listOf = (name: string, which: SqlText) =>
  statement(
    `messages_list_of_${name}`,
    sql`select m.id, m.recovery_id, m.kind, m.change, m.channel, m.state, m.reason, m.attempts, m.created_at, m.sent_at, m.expires_at,
     address.account_id as owner, address.address_id, address.channel as address_channel, address.sealed, address.exact
   from messages m left join lateral (${addressOfNotification(sql`m.address_id`)}) address on true
   where ${which} order by m.created_at, m.id`,
  );

const lists = {
  recoveries: listOf('recoveries', sql`m.recovery_id = any(:of::uuid[])`),
  account: listOf('account', sql`m.account_id = :of`),
};

/** The codes and notifications of these recoveries, oldest first. */
export const messagesOfRecoveries = (
  database: Queryable,
  keyring: Keyring,
  recoveries: string[],
): Promise<MessageView[]> => list(database, keyring, 'recoveries', recoveries);

/** The notifications about an account itself, oldest first. Those about its recoveries belong to the recoveries. */
export const messagesOfAccount = (
  database: Queryable,
  keyring: Keyring,
  account: string,
): Promise<MessageView[]> => list(database, keyring, 'account', account);

async function list(
  database: Queryable,
  keyring: Keyring,
  by: keyof typeof lists,
  of: string | string[],
): Promise<MessageView[]> {
  const rows = await database.query<ListedMessage>(lists[by], { of });
  return rows.map((row) => {
    const address = maskedAddress(keyring, row);
    return {
      id: row.id,
      ...(row.recovery_id ? { recovery_id: row.recovery_id } : {}),
      kind: row.kind,
      ...(row.change ? { change: row.change } : {}),
      ...(row.channel ? { channel: row.channel } : {}),
      ...(address ? { address } : {}),
      state: row.state,
      ...(row.reason ? { reason: row.reason } : {}),
      attempts: row.attempts,
      created_at: row.created_at.toISOString(),
      ...(row.sent_at ? { sent_at: row.sent_at.toISOString() } : {}),
      expires_at: row.expires_at.toISOString(),
    };
  });
}

function maskedAddress(keyring: Keyring, row: ListedMessage): string | undefined {
  const { owner, address_id, address_channel: channel, sealed, exact } = row;
  if (!owner || !address_id || !channel || !sealed || !exact) return undefined;
  const opened = ownAddress(keyring, { address_id, channel, sealed, exact }, owner);
  return opened && maskAddress(opened);
}
