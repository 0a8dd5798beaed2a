import { insertAudit } from '@rekey/audit';
import { sql, statement } from '@rekey/database';
import { uuidv7 } from '@rekey/kernel';
import type { LabelsOf } from '@rekey/telemetry';
import type { MessageContext } from './context.js';
import { messageLifetimes } from './lifetimes.js';

type Context = Pick<MessageContext, 'database' | 'clock'>;

/** A message that the provider accepted and could not deliver. `reason` is the provider's code. */
interface Receipt {
  providerId: string;
  reason: string;
}

const wait = statement(
  'outbox_store_receipt',
  sql`insert into sms_receipts (provider_id, reason, received_at)
   select :providerId, :reason, :now where not exists (select from messages where provider_id = :providerId)
   on conflict do nothing`,
);

const apply = statement(
  'recovery_record_receipt',
  sql`with failed as (
     update messages set state = 'failed', reason = :reason where provider_id = :providerId and state = 'sent'
     returning recovery_id, account_id, kind, channel
   ), applied as (
     delete from sms_receipts where provider_id = :providerId and exists (select from failed)
   )
   ${insertAudit}
   :auditId::uuid, :now::timestamptz, 'recovery_message_failed', 'system', coalesce(r.account_id, failed.account_id), r.id,
     jsonb_build_object('kind', failed.kind, 'channel', failed.channel, 'reason', :reason::text)
   from failed left join recoveries r on r.id = failed.recovery_id
   returning detail->>'kind' as kind, detail->>'channel' as channel`,
);

/**
 * Records that the provider accepted a message and could not deliver it. Its code stays valid, because it may still arrive.
 *
 * A receipt can come before the courier has recorded the provider's id. So it is stored first, and the courier looks for it after its own
 * commit: whichever commits last finds the other.
 */
export async function recordReceipt(
  { database, clock }: Context,
  { providerId, reason }: Receipt,
): Promise<void> {
  const now = new Date(clock.now());
  await database.query(wait, { providerId, reason, now });
  await applyReceipt({ database, clock }, { providerId, reason });
}

type Failed = Pick<LabelsOf<'messages'>, 'kind' | 'channel'>;

async function applyReceipt({ database, clock }: Context, { providerId, reason }: Receipt): Promise<void> {
  const now = clock.now();
  const values = { providerId, reason, now: new Date(now), auditId: uuidv7(now) };
  for (const { kind, channel } of await database.query<Failed>(apply, values))
    database.record('messages', { kind, channel, outcome: 'failed', reason: 'receipt' });
}

const early = statement(
  'outbox_early_receipts',
  sql`select provider_id, reason from sms_receipts where provider_id = any(:providerIds::text[])`,
);

const overlooked = statement(
  'outbox_overlooked_receipts',
  sql`select receipt.provider_id, receipt.reason from sms_receipts receipt
   where exists (select from messages m where m.provider_id = receipt.provider_id and m.state = 'sent') limit 500`,
);

const prune = statement(
  'outbox_prune_receipts',
  sql`delete from sms_receipts where provider_id in (select provider_id from sms_receipts where received_at <= :before limit 500 for update skip locked)`,
);

interface ReceiptRow {
  provider_id: string;
  reason: string;
}

const applyAll = async (context: Context, rows: ReceiptRow[]): Promise<void> => {
  for (const { provider_id: providerId, reason } of rows) await applyReceipt(context, { providerId, reason });
};

/** Applies the receipts that came before these messages were recorded. */
export const applyEarlyReceipts = async (context: Context, providerIds: string[]): Promise<void> =>
  applyAll(context, await context.database.query<ReceiptRow>(early, { providerIds }));

/** Applies receipts that a courier could not look for, because it ended right after its commit, and prunes those of no message. */
export async function sweepReceipts(context: Context): Promise<void> {
  const { database, clock } = context;
  await applyAll(context, await database.query<ReceiptRow>(overlooked));
  await database.query(prune, { before: new Date(clock.now() - messageLifetimes.receipt) });
}
