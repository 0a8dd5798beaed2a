import { type Account, type AuthenticatorView, listAuthenticators, readAccount } from '@rekey/accounts';
import { type AuditEventView, walkAudit } from '@rekey/audit';
import { type Refusal, refuse } from '@rekey/kernel';
import { type MessageView, messagesOfAccount, messagesOfRecoveries } from '@rekey/outbox';
import { assistsOfAccount, type ListedRecovery, listRecoveries, type StoredAssistOf } from '@rekey/recovery';
import { overridesOfAccount, type StoredOverrideOf } from '@rekey/staff';
import { listSessions, type SessionView } from '@rekey/tokens';
import { auditReading } from './audit-reading.js';
import type { ManagementContext } from './management-context.js';

/** All that is stored about the person of an account, without secrets. Times are RFC 3339. */
export interface AccountExport {
  exported_at: string;
  account: Account;
  authenticators: AuthenticatorView[];
  sessions: SessionView[];
  recoveries: ListedRecovery[];
  messages: MessageView[];
  /** What staff have signed for the person, and how they have helped. */
  overrides: StoredOverrideOf[];
  assists: StoredAssistOf[];
  /** The audit of the account, newest first: read while it is written out, because it can be long. */
  events: AsyncIterable<AuditEventView>;
}

/** More recoveries than one account can have had within their retention. */
const mostRecoveries = 10_000;

/**
 * Reads all that is stored about a person (GDPR Art. 15), and audits that. Refusals: `not_found`.
 *
 * @param reason of staff, 1 to 500 characters; it is kept in the audit
 */
export async function exportAccount(
  context: ManagementContext,
  actor: string,
  id: string,
  reason?: string,
): Promise<AccountExport | Refusal> {
  const { database, keyring, clock } = context;
  const now = clock.now();
  const account = await readAccount(database, keyring, id);
  if (!account) return refuse('not_found');
  const filter = { accountId: id };
  const { items: recoveries } = await listRecoveries(database, new Date(now), filter, {
    limit: mostRecoveries,
  });
  const data = {
    exported_at: new Date(now).toISOString(),
    account,
    authenticators: await listAuthenticators(database, id, now),
    sessions: await listSessions(database, now, id),
    recoveries,
    messages: [
      ...(await messagesOfRecoveries(
        database,
        keyring,
        recoveries.map((recovery) => recovery.id),
      )),
      ...(await messagesOfAccount(database, keyring, id)),
    ].sort((one, other) => Date.parse(one.created_at) - Date.parse(other.created_at)),
    overrides: await overridesOfAccount(database, id),
    assists: await assistsOfAccount(database, id, now),
  };
  const detail = reason === undefined ? {} : { reason };
  await auditReading(context, actor, { event: 'account_exported', accountId: id, detail });
  return { ...data, events: walkAudit(database, filter) };
}
