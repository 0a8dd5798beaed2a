import { type Account, findAccount, normaliseIdentifier, readAccount } from '@rekey/accounts';
import { isRefused, type Refusal } from '@rekey/kernel';
import { auditReading } from './audit-reading.js';
import type { ManagementContext } from './management-context.js';

/**
 * Looks an account up by a whole identifier, which is read as the start of a recovery reads it. It finds the account that such a recovery
 * would be for, also when that account is disabled. The lookup is audited, without the identifier.
 *
 * Refusals: `invalid_request`, `country_required` (a national phone number without its country).
 *
 * @param of.country ISO 3166-1 alpha-2
 * @returns one account or none
 */
export async function findAccountsBy(
  context: ManagementContext,
  actor: string,
  of: { identifier: string; country?: string | undefined },
): Promise<Account[] | Refusal> {
  const { database, keyring } = context;
  const identifier = normaliseIdentifier(of.identifier, { country: of.country });
  if (isRefused(identifier)) return identifier;
  const found = await findAccount(database, keyring, identifier);
  const account = found && (await readAccount(database, keyring, found.id));
  const detail = { found: account !== undefined };
  await auditReading(context, actor, { event: 'account_looked_up', accountId: account?.id, detail });
  return account ? [account] : [];
}
