import { type Account, isAccountId, readAccount } from '@rekey/accounts';
import type { Page } from '@rekey/database';
import { type Position, type Refusal, refuse } from '@rekey/kernel';
import { recordAuditOnce } from '@rekey/limits';
import { type ListedRecovery, listRecoveries, type RecoveryFilter } from '@rekey/recovery';
import { listOverrides, type OverrideView, readOverride, type StaffContext } from '@rekey/staff';
import { listSessions, type SessionView } from '@rekey/tokens';
import { auditReading } from './audit-reading.js';
import type { ManagementContext } from './management-context.js';

/** Reads an account with its addresses in clear, and audits that. Refusals: `not_found`. */
export async function readAccountOf(
  context: ManagementContext,
  actor: string,
  id: string,
): Promise<Account | Refusal> {
  const account = isAccountId(id) ? await readAccount(context.database, context.keyring, id) : undefined;
  if (!account) return refuse('not_found');
  await auditReading(context, actor, {
    event: 'account_looked_up',
    accountId: id,
    detail: { part: 'account' },
  });
  return account;
}

/** Reads the sessions of an account, newest first, and audits that. Refusals: `not_found`. */
export async function listSessionsOf(
  context: ManagementContext,
  actor: string,
  id: string,
): Promise<SessionView[] | Refusal> {
  const { database, keyring, clock } = context;
  if (!isAccountId(id) || !(await readAccount(database, keyring, id))) return refuse('not_found');
  const sessions = await listSessions(database, clock.now(), id);
  await auditReading(context, actor, {
    event: 'account_looked_up',
    accountId: id,
    detail: { part: 'sessions' },
  });
  return sessions;
}

const listWindowMs = 3_600_000;

/** Audits that somebody reads a list of many people, once an hour for each list: a screen that stays open reads it again and again. */
const auditList = (
  { database, clock }: ManagementContext,
  actor: string,
  event: 'recoveries_listed' | 'overrides_listed',
  state = 'any',
): Promise<void> =>
  recordAuditOnce(
    database,
    { event, actor, detail: { state } },
    { party: `${actor} ${state}`, windowMs: listWindowMs, now: clock.now() },
  );

/** Lists overrides, newest first, and audits that. */
export async function listOverridesFor(
  context: ManagementContext & StaffContext,
  actor: string,
  filter: Parameters<typeof listOverrides>[1],
  page: { after?: Position | undefined; limit: number },
): Promise<Page<OverrideView>> {
  const found = await listOverrides(context, filter, page);
  const { accountId, state } = filter;
  if (accountId === undefined) await auditList(context, actor, 'overrides_listed', state);
  else
    await auditReading(context, actor, {
      event: 'account_looked_up',
      accountId,
      detail: { part: 'overrides' },
    });
  return found;
}

/** Reads an override, and audits that. Refusals: `not_found`. */
export async function readOverrideOf(
  context: ManagementContext & StaffContext,
  actor: string,
  id: string,
): Promise<OverrideView | Refusal> {
  const found = await readOverride(context, id);
  if (!found) return refuse('not_found');
  const { account_id: accountId } = found;
  await auditReading(context, actor, {
    event: 'account_looked_up',
    accountId,
    detail: { part: 'override' },
  });
  return found;
}

/** Lists recoveries, newest first, and audits that. */
export async function listRecoveriesFor(
  context: ManagementContext,
  actor: string,
  filter: RecoveryFilter,
  page: { after?: Position | undefined; limit: number },
): Promise<Page<ListedRecovery>> {
  const found = await listRecoveries(context.database, new Date(context.clock.now()), filter, page);
  const { accountId, state } = filter;
  if (accountId === undefined) await auditList(context, actor, 'recoveries_listed', state);
  else
    await auditReading(context, actor, {
      event: 'account_looked_up',
      accountId,
      detail: { part: 'recoveries' },
    });
  return found;
}
