import { type AccountChange, clearPasswordOf } from '@rekey/accounts';
import { insertAudit } from '@rekey/audit';
import { literal, type SqlText, sql, statement, type Transaction } from '@rekey/database';
import {
  type AccountNotification,
  deleteNotifications,
  detachMessages,
  dropQueued,
  notifyOfChange,
  voidCodes,
  voidCodesTo,
} from '@rekey/outbox';
import { clearFailedSignIns } from '@rekey/sign-in';
import { endOverridesOf } from '@rekey/staff';
import { type EndReason, endSessionsOf, eraseAccount, revokeSessionsOfRecoveries } from '@rekey/tokens';
import { wiped } from './acts/cancel.js';
import { lifetimes } from './lifetimes.js';
import { sourceStates, sqlStates, targetState } from './state-machine.js';
import { dropWorkOf } from './stops/former-password.js';

/**
 * Ends the open recoveries of an account and drops their queued codes. A recovery without a proof stays open and leads nowhere: its end
 * would reveal that the account exists.
 */
const ending = (name: string, which: SqlText) =>
  statement(
    `recovery_end_${name}`,
    sql`with ended as (
       update recoveries set state = ${literal(targetState('invalidate'))}, ended_at = :at, lease_id = null, ${wiped}
       where account_id = :account and state in (${sqlStates(sourceStates('invalidate'))}) and proofs <> '{}' and ${which}
       returning id, account_id
     ), silenced as (
       ${dropQueued(sql`ended`, 'codes')}
     ), audited as (
       ${insertAudit}
       gen_random_uuid(), :at::timestamptz, 'recovery_stopped', :actor, account_id, id, '{"by": "management"}'::jsonb from ended
     )
     select id from ended`,
  );

const rests = (on: SqlText) => sql`exists (
  select from unnest(proof_authenticators) authenticator where split_part(authenticator, ':', 1) = any(${on}::text[]))`;

const endings = {
  proven: ending('proven', sql`true`),
  byAddress: ending('by_address', rests(sql`:addresses`)),
};

const voidTheirCodes = statement(
  'recovery_void_codes',
  sql`with theirs as (
     select id from recoveries where account_id = :account and state in (${sqlStates(sourceStates('prove'))})
   )
   ${voidCodes(sql`theirs`)}`,
);

const voidCodesToAddresses = statement(
  'recovery_void_codes_to_addresses',
  sql`with theirs as (
     select id from recoveries where account_id = :account and state in (${sqlStates(sourceStates('prove'))})
   )
   ${voidCodesTo(sql`theirs`, sql`:addresses::uuid[]`)}`,
);

const completedBy = statement(
  'recovery_completed_by_address',
  sql`select id, completed_at from recoveries where account_id = :account and completed_at is not null and ${rests(sql`:addresses`)}`,
);

interface Following {
  account: string;
  change: AccountChange;
  /** `client:<client_id>` or `staff:<id>`. */
  actor: string;
  at: Date;
  /** An act of staff on an address. `addresses` are the ones marked as compromised: they get no notification, and codes to them become void. */
  act?: { notice: 'address_compromised' | 'address_restored'; addresses: string[] };
}

/**
 * Carries out what follows from a change by management, in the transaction of that change:
 *
 * | changed | open recoveries | sessions and codes for them |
 * |---|---|---|
 * | disabled | end once something is proven; sent codes become void | end |
 * | new password | end once something is proven | end |
 * | address removed, or no longer confirmed | end if it was a proof | end if a recovery by it led to them, see below |
 * | address marked as compromised | the same; codes that were sent there become void | the same |
 * | role removed | are judged when they are used | end |
 * | level lowered | are judged when they are used | end if their assurance is higher than the account's is now |
 * | level raised, role or address added | are judged when they are used | continue with the assurance they have |
 *
 * When an address is removed, the password that a recovery by it set in the last 72 hours ends, also if it is only retained for a stop, and
 * every session with it. The password from before such a recovery is not restored automatically. The removal of an address says nothing
 * about who used it, and the old password may be the reason why the owner recovered. It is retained for a person who says "this was not
 * me".
 *
 * Every address that the account had before gets a notification (NIST SP 800-63B-4 §4.6), but none that is compromised.
 */
export async function followChange(tx: Transaction, of: Following): Promise<void> {
  const { account, change, actor, at, act } = of;
  if (change.created) return;
  await endRecoveries(tx, of);
  if (change.hasNewPassword) await clearFailedSignIns(tx, { account, generation: change.generation });
  const changes = act ? [act.notice as AccountNotification] : noticesOf(change);
  const end = (reason: EndReason, which: 'account' | 'strong' = 'account') =>
    endSessionsOf(tx, which, { id: account, at, reason, actor });
  // Regardless of what else changed with it.
  const hasLostPassword = !change.hasNewPassword && (await endWorkOfAddress(tx, of));
  if (hasLostPassword) changes.push('password_ended');
  if (change.status === 'disabled' || change.lostRole) await end('account');
  else if (change.hasNewPassword || hasLostPassword) await end('password');
  else if (change.level === 'lowered') await end('account', 'strong');
  const { toldAt: alsoTo, newAddresses } = change;
  const notTo = act?.addresses ?? newAddresses;
  if (changes.length > 0) await notifyOfChange(tx, { accountId: account, changes, at, alsoTo, notTo });
}

async function endRecoveries(tx: Transaction, { account, change, actor, at, act }: Following): Promise<void> {
  const addresses = change.lostAddresses;
  const values = { account, actor, at, addresses };
  if (change.status === 'disabled' || change.hasNewPassword) await endBy(tx, 'proven', values);
  else if (addresses.length > 0) await endBy(tx, 'byAddress', values);
  if (change.status === 'disabled') await tx.query(voidTheirCodes, { account });
  if (act?.notice === 'address_compromised')
    await tx.query(voidCodesToAddresses, { account, addresses: act.addresses });
}

async function endBy(
  tx: Transaction,
  which: keyof typeof endings,
  values: { account: string; actor: string; at: Date; addresses: string[] },
): Promise<void> {
  const ended = await tx.query<{ id: string }>(endings[which], values);
  tx.record('recoveries_stopped', { by: 'management', completed: 'no' }, ended.length);
  // A process that was completing one may have died after the issuer had issued.
  if (ended.length > 0)
    await revokeSessionsOfRecoveries(tx, { recoveries: ended.map(({ id }) => id), at: values.at });
}

/**
 * Takes back what recoveries by removed addresses have led to.
 * @returns true when that includes a password: it may have opened any number of sessions
 */
async function endWorkOfAddress(
  tx: Transaction,
  { account, change: { lostAddresses: addresses }, actor, at }: Following,
): Promise<boolean> {
  if (addresses.length === 0) return false;
  const rows = await tx.query<{ id: string; completed_at: Date }>(completedBy, { account, addresses });
  const since = at.getTime() - lifetimes.stopLink;
  const recent = rows.flatMap(({ id, completed_at: completedAt }) =>
    completedAt.getTime() > since ? [id] : [],
  );
  for (const { id } of rows) await endSessionsOf(tx, 'recovery', { id, at, reason: 'account', actor });
  await dropWorkOf(tx, recent);
  return clearPasswordOf(tx, { account, at, recoveries: recent });
}

function noticesOf(change: AccountChange): AccountNotification[] {
  const notices: [AccountNotification, boolean][] = [
    ['account_disabled', change.status === 'disabled'],
    ['account_enabled', change.status === 'active'],
    ['addresses_changed', change.lostAddresses.length + change.newAddresses.length > 0],
    ['password_put', change.hasNewPassword],
    ['access_changed', change.lostRole || change.hasNewRole || change.level !== undefined],
  ];
  return notices.flatMap(([notice, happened]) => (happened ? [notice] : []));
}

const erase = statement(
  'recovery_erase_account',
  sql`with theirs as (
     -- Open recoveries belong to nobody from now on, like those that were started for an unknown identifier.
     update recoveries set account_id = null, generation = null where account_id = :account returning id
   ), silenced as (
     ${detachMessages(sql`theirs`)}
   ), former as (
     delete from former_passwords using theirs where former_passwords.recovery_id = theirs.id
   ), responses as (
     delete from idempotent_responses using theirs where idempotent_responses.recovery_id = theirs.id
   )
   ${deleteNotifications(sql`:account`)}`,
);

/**
 * Ends everything that belongs to an account and removes its id from it. Runs before the account is deleted, in that transaction and with
 * the account locked. An account that gets the same id later inherits nothing.
 */
export async function followDeletion(
  tx: Transaction,
  { account, actor, at }: { account: string; actor: string; at: Date },
): Promise<void> {
  await endBy(tx, 'proven', { account, actor, at, addresses: [] });
  await endSessionsOf(tx, 'account', { id: account, at, reason: 'account', actor });
  await tx.query(erase, { account });
  await endOverridesOf(tx, { account, actor, at });
  await eraseAccount(tx, account);
}
