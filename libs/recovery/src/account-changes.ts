import { type AccountChange, clearPasswordOf } from '@rekey/accounts';
import { auditInsert } from '@rekey/audit';
import { statement, type Transaction } from '@rekey/database';
import { type EndReason, endSessionsOf, eraseAccount } from '@rekey/tokens';
import { wiped } from './cancel.js';
import { forgetFailedSignIns } from './enrolment/forget-failures.js';
import { dropWorkOf } from './former-password.js';
import { lifetimes } from './lifetimes.js';
import { sqlStates, stateAfter, statesBefore } from './moves.js';
import { type AccountNotice, warnOfChange } from './notice.js';

/**
 * Ends open recoveries of an account, with the codes that are on their way. Where nothing has been proved, nobody may learn from its
 * end that there is such an account: it stays open, and leads nowhere.
 */
const ending = (name: string, which: string) =>
  statement(
    `recovery_end_${name}`,
    `with ended as (
       update recoveries set state = '${stateAfter('invalidate')}', ended_at = :at, lease_id = null, ${wiped}
       where account_id = :account and state in (${sqlStates(statesBefore('invalidate'))}) and proofs <> '{}' and ${which}
       returning id, account_id
     ), silenced as (
       update messages set state = 'dropped', reason = 'ended'
       from ended where messages.recovery_id = ended.id and messages.state = 'queued' and messages.kind = 'recovery_code'
     ), noted as (
       ${auditInsert}
       select gen_random_uuid(), :at::timestamptz, 'recovery_stopped', :actor, account_id, id, '{"by": "management"}'::jsonb from ended
     )
     select count(*)::integer as ended from ended`,
  );

const rests = (on: string) => `exists (
  select from unnest(proof_authenticators) authenticator where split_part(authenticator, ':', 1) = any(${on}::text[]))`;

const endings = {
  proven: ending('proven', 'true'),
  byAddress: ending('by_address', rests(':addresses')),
};

/** Codes that were sent become codes to nobody: a guess at them takes the same steps as before. */
const voidCodes = statement(
  'recovery_void_codes',
  `update messages set authenticator = null, state = case when messages.state = 'queued' then 'dropped' else messages.state end,
     reason = case when messages.state = 'queued' then 'ended' else messages.reason end
   from recoveries r
   where r.account_id = :account and r.state in (${sqlStates(statesBefore('prove'))}) and messages.recovery_id = r.id
     and messages.kind = 'recovery_code'`,
);

const settledBy = statement(
  'recovery_completed_by_address',
  `select id, completed_at from recoveries where account_id = :account and completed_at is not null and ${rests(':addresses')}`,
);

interface Following {
  account: string;
  change: AccountChange;
  /** `client:<client_id>`. */
  actor: string;
  at: Date;
}

/**
 * What follows from a change that management has made, in its transaction:
 *
 * | changed | open recoveries | sessions and codes for them |
 * |---|---|---|
 * | disabled | end once something is proven; codes that were sent are void | end |
 * | new password | end once something is proven | end |
 * | address removed, or confirmed no more | end where it was a proof | end where a recovery by it led to them; the password that such a recovery set in the last 72 hours ends, also where it is only kept for a stop, and every session with it |
 * | role removed | are judged when they are used | end |
 * | level lowered | are judged when they are used | end where they are worth more than the account is now |
 * | level raised, role or address added | are judged when they are used | go on as strong as they are |
 *
 * The password from before such a recovery does not come back by itself: that an address is removed says nothing of who used it, and that
 * password may be why its owner recovered. It is kept for whoever says "this was not me".
 *
 * Every address that the account had before is told (NIST SP 800-63B-4 §4.6).
 */
export async function followChange(tx: Transaction, of: Following): Promise<void> {
  const { account, change, actor, at } = of;
  if (change.created) return;
  await endRecoveries(tx, of);
  if (change.hasNewPassword) await forgetFailedSignIns(tx, { account, generation: change.generation });
  const changes = noticesOf(change);
  const end = (reason: EndReason, which: 'account' | 'strong' = 'account') =>
    endSessionsOf(tx, which, { id: account, at, reason, actor });
  // Whatever else was changed with it.
  const hasLostPassword = !change.hasNewPassword && (await endWorkOfAddress(tx, of));
  if (hasLostPassword) changes.push('password_ended');
  if (change.status === 'disabled' || change.lostRole) await end('account');
  else if (change.hasNewPassword || hasLostPassword) await end('password');
  else if (change.level === 'lowered') await end('account', 'strong');
  const { toldAt: alsoTo, newAddresses: notTo } = change;
  if (changes.length > 0) await warnOfChange(tx, { accountId: account, changes, at, alsoTo, notTo });
}

async function endRecoveries(tx: Transaction, { account, change, actor, at }: Following): Promise<void> {
  const addresses = change.lostAddresses;
  const values = { account, actor, at, addresses };
  if (change.status === 'disabled' || change.hasNewPassword) await endBy(tx, 'proven', values);
  else if (addresses.length > 0) await endBy(tx, 'byAddress', values);
  if (change.status === 'disabled') await tx.query(voidCodes, { account });
}

async function endBy(
  tx: Transaction,
  which: keyof typeof endings,
  values: { account: string; actor: string; at: Date; addresses: string[] },
): Promise<void> {
  const [row] = await tx.query<{ ended: number }>(endings[which], values);
  tx.note('recoveries_stopped', { by: 'management', completed: 'no' }, row?.ended ?? 0);
}

/** What recoveries by addresses that are gone have led to. @returns true when a password was among it, which opened who knows what */
async function endWorkOfAddress(
  tx: Transaction,
  { account, change: { lostAddresses: addresses }, actor, at }: Following,
): Promise<boolean> {
  if (addresses.length === 0) return false;
  const rows = await tx.query<{ id: string; completed_at: Date }>(settledBy, { account, addresses });
  const since = at.getTime() - lifetimes.stopLink;
  const recent = rows.flatMap(({ id, completed_at: settledAt }) => (settledAt.getTime() > since ? [id] : []));
  for (const { id } of rows) await endSessionsOf(tx, 'recovery', { id, at, reason: 'account', actor });
  await dropWorkOf(tx, recent);
  return clearPasswordOf(tx, { account, at, recoveries: recent });
}

function noticesOf(change: AccountChange): AccountNotice[] {
  const notices: [AccountNotice, boolean][] = [
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
  `with theirs as (
     -- What is still open is nobody's from now on, like one that was begun for an identifier that nobody has.
     update recoveries set account_id = null, generation = null where account_id = :account returning id
   ), silenced as (
     update messages set state = case when messages.state = 'queued' then 'dropped' else messages.state end,
       reason = case when messages.state = 'queued' then 'ended' else messages.reason end,
       address_id = null, authenticator = null
     from theirs where messages.recovery_id = theirs.id
   ), former as (
     delete from former_passwords using theirs where former_passwords.recovery_id = theirs.id
   )
   delete from messages where account_id = :account`,
);

/**
 * Before an account is deleted, in that transaction and with the account held: all that belongs to it ends and names it no more.
 * Whoever gets its id next inherits nothing.
 */
export async function followDeletion(
  tx: Transaction,
  { account, actor, at }: { account: string; actor: string; at: Date },
): Promise<void> {
  await endBy(tx, 'proven', { account, actor, at, addresses: [] });
  await endSessionsOf(tx, 'account', { id: account, at, reason: 'account', actor });
  await tx.query(erase, { account });
  await eraseAccount(tx, account);
}
