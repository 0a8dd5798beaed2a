import {
  type AuthenticatorHistory,
  authenticatorHistory,
  type MaskedAccount,
  readAddress,
  readMaskedAccount,
} from '@rekey/accounts';
import { findEvents, recordAudit } from '@rekey/audit';
import { type Refusal, refuse, uuidv7 } from '@rekey/kernel';
import { budgets, consume, counterKey, limited } from '@rekey/limits';
import { type ListedRecovery, listRecoveries } from '@rekey/recovery';
import { recoveriesOfSessions, type SessionHistory, sessionHistory } from '@rekey/tokens';
import { auditReading } from './audit-reading.js';
import type { ManagementContext } from './management-context.js';

/** An authenticator with how it came to be: what its person had shown in the session that bound it, and the event of that. */
export interface ViewedAuthenticator extends AuthenticatorHistory {
  /** Omitted when the session is no longer stored. */
  provenance?: 'sign_in' | 'recovery';
  recovery_id?: string;
  audit_id?: string;
}

/** All that helps to explain the state of an account: its addresses are masked, and no secret is in it. Times are RFC 3339. */
export interface AccountView extends MaskedAccount {
  /** Newest first, also the suspended ones. */
  authenticators: ViewedAuthenticator[];
  /** Newest first, 200 at most. */
  sessions: SessionHistory[];
  /** Newest first, 50 at most. */
  recoveries: ListedRecovery[];
}

const mostRecoveries = 50;

/** Reads an account for staff, and audits that. Refusals: `not_found`. */
export async function viewAccount(
  context: ManagementContext,
  actor: string,
  id: string,
): Promise<AccountView | Refusal> {
  const { database, keyring, clock } = context;
  const now = clock.now();
  const account = await readMaskedAccount(database, keyring, id);
  if (!account) return refuse('not_found');
  const recoveries = await listRecoveries(
    database,
    new Date(now),
    { accountId: id },
    { limit: mostRecoveries },
  );
  const view = {
    ...account,
    authenticators: await authenticatorsOf(context, id, now),
    sessions: await sessionHistory(database, now, id),
    recoveries: recoveries.items,
  };
  await auditReading(context, actor, { event: 'account_viewed', accountId: id });
  return view;
}

async function authenticatorsOf(
  { database }: ManagementContext,
  account: string,
  now: number,
): Promise<ViewedAuthenticator[]> {
  const all = await authenticatorHistory(database, account, now);
  const sessions = await recoveriesOfSessions(
    database,
    all.flatMap(({ session_id }) => session_id ?? []),
  );
  const bindings = all.map(({ id, bound_at }) => ({
    key: id,
    at: new Date(bound_at),
    events: ['authenticator_bound'] as const,
  }));
  const events = await findEvents(database, account, bindings);
  return all.map((one) => {
    const recovery = one.session_id === undefined ? undefined : sessions.get(one.session_id);
    const event = events.get(one.id);
    return {
      ...one,
      ...(recovery === undefined ? {} : { provenance: recovery === null ? 'sign_in' : 'recovery' }),
      ...(recovery ? { recovery_id: recovery } : {}),
      ...(event ? { audit_id: event.id } : {}),
    };
  });
}

/**
 * Shows one address of an account in full. The event is written in the transaction that reads it: without the one, there is not the other.
 * Refusals: `not_found`; `rate_limited` (the member).
 *
 * @param of.reason 1 to 500 characters; it is kept in the audit
 */
export async function revealAddress(
  { database, keyring, clock }: ManagementContext,
  actor: string,
  of: { account: string; address: string; reason: string },
): Promise<{ value: string } | Refusal> {
  const now = clock.now();
  const { account, address, reason } = of;
  const { addressReveals: budget } = budgets;
  const charge = { key: counterKey(keyring, budget, actor), budget };
  if (!(await consume(database, new Date(now), [charge]))) return limited(budget);
  return database.transaction(async (tx) => {
    const value = await readAddress(tx, keyring, { account, id: address });
    if (value === undefined) return refuse('not_found');
    await recordAudit(tx, {
      id: uuidv7(now),
      at: new Date(now),
      event: 'address_revealed',
      actor,
      accountId: account,
      detail: { address, reason },
    });
    return { value };
  });
}
