import { addressesToWarn } from '@rekey/accounts';
import { type AuditEventName, recordAudit } from '@rekey/audit';
import { type Queryable, sql, statement, type Transaction } from '@rekey/database';
import { uuidv7 } from '@rekey/kernel';
import { proofChanges } from '@rekey/proofs';
import { correlationOf } from '@rekey/telemetry';
import { messageLifetimes } from './lifetimes.js';

/** What happened to an account or its authenticators. */
export const accountNotifications = [
  ...proofChanges,
  'password_changed',
  'addresses_changed',
  'password_put',
  'password_ended',
  'account_disabled',
  'account_enabled',
  'access_changed',
  'password_limited',
  'recovery_denied',
  'address_compromised',
  'address_restored',
  'override_requested',
  'override_approved',
] as const;
export type AccountNotification = (typeof accountNotifications)[number];

const warn = statement(
  'message_notify_of_change',
  sql`insert into messages (id, account_id, kind, change, authenticator, state, created_at, expires_at, due_at, address_id, request_id,
     traceparent)
   select gen_random_uuid(), :accountId, 'authenticators_changed', :change, :bound::text, 'queued', :now, :expiresAt, :now, address.id, :requestId::uuid, :traceparent
   from (select id from (${addressesToWarn(sql`:accountId`)}) known union select unnest(:alsoTo::uuid[])) address
   where address.id <> all(:notTo::uuid[])`,
);

/**
 * Queues a notification to every address of the account (NIST SP 800-63B-4 §4.6), within the transaction of the change. The sweep sends it.
 *
 * @param of.alsoTo addresses that the account had until now; `notTo` are those that it gained with the change
 * @param of.bound the authenticator that was bound, or the override: the notification has a link that undoes it
 */
export async function notifyOfChange(
  database: Queryable,
  of: {
    accountId: string;
    changes: AccountNotification[];
    at: Date;
    alsoTo?: string[];
    notTo?: string[];
    bound?: string | undefined;
  },
): Promise<void> {
  const { accountId, changes, at, alsoTo = [], notTo = [], bound = null } = of;
  const expiresAt = new Date(at.getTime() + messageLifetimes.stopLink);
  const change = changes.join(' ');
  await database.query(warn, {
    ...correlationOf(database.trace),
    accountId,
    change,
    now: at,
    expiresAt,
    alsoTo,
    notTo,
    bound,
  });
}

const ofOverrides: readonly AccountNotification[] = ['override_requested', 'override_approved'];

/** Whether a notification is about an override of staff: its link stops that. */
export const isOfOverride = (changes: readonly AccountNotification[] | null | undefined): boolean =>
  changes?.some((change) => ofOverrides.includes(change)) ?? false;

/** Queues a notification of a step of an override to every address of the account, with a link that stops it. */
export const notifyOfOverride = (
  database: Queryable,
  of: { accountId: string; change: 'override_requested' | 'override_approved'; override: string; at: Date },
): Promise<void> => {
  const { accountId, change, override: bound, at } = of;
  return notifyOfChange(database, { accountId, changes: [change], at, bound });
};

/** Audits a change and notifies every address, also when the owner made it (NIST SP 800-63B-4 §4.1.2.1, §4.6). */
export async function recordChange(
  tx: Transaction,
  of: {
    now: number;
    /** Undefined for an unknown account: there is nobody to notify. */
    accountId: string | undefined;
    event: AuditEventName;
    change: AccountNotification;
    bound?: string | undefined;
  },
): Promise<void> {
  const at = new Date(of.now);
  const { accountId, event, change, bound } = of;
  await recordAudit(tx, { id: uuidv7(of.now), at, event, actor: 'person', accountId, detail: { change } });
  await notifyOfChange(tx, { accountId: accountId ?? '', changes: [change], at, bound });
}
