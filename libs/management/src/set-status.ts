import type { Account } from '@rekey/accounts';
import { isRefused, type Refusal } from '@rekey/kernel';
import type { ManagementContext } from './management-context.js';
import { patchAccount } from './put-account.js';

/**
 * Disables or enables an account for a reason, with the consequences that the change has through management. What is so already stays, and is
 * audited again.
 *
 * Refusals: `not_found`.
 *
 * @param actor as the audit names it
 */
export async function setAccountStatus(
  context: ManagementContext,
  actor: string,
  { id, status, reason }: { id: string; status: Account['status']; reason: string },
): Promise<undefined | Refusal> {
  const changed = await patchAccount(context, actor, id, { status }, { reason });
  return isRefused(changed) ? changed : undefined;
}
