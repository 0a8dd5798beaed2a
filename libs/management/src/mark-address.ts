import { compromiseAddress, isAccountId, restoreAddress } from '@rekey/accounts';
import { recordAudit } from '@rekey/audit';
import { sql, statement } from '@rekey/database';
import { isUuid, type Refusal, refuse, uuidv7 } from '@rekey/kernel';
import { clearRows, failureKey } from '@rekey/limits';
import { followChange } from '@rekey/recovery';
import type { ManagementContext } from './management-context.js';

const clearFailuresOf = statement(
  'management_clear_failures',
  clearRows(sql`array(select ${failureKey(sql`one`)} from unnest(:authenticators::text[]) one)`),
);

const marks = {
  compromised: { by: compromiseAddress, event: 'address_compromised' },
  restored: { by: restoreAddress, event: 'address_restored' },
} as const;

/**
 * Marks an address of an account as one that somebody else reads, or takes that back. From then on it gets neither codes nor notifications,
 * and proves nothing; what recoveries by it have led to ends, as for an address that was removed. Restoring it also allows short codes again
 * where too many wrong ones had ended them. The other addresses are notified. All in one transaction; what is so already stays, and is
 * audited again.
 *
 * Refusals: `not_found`.
 *
 * @param actor as the audit names it
 * @param of.address UUID of the address; `reason` is kept in the audit
 */
export async function markAddress(
  context: ManagementContext,
  actor: string,
  of: { account: string; address: string; as: keyof typeof marks; reason: string },
): Promise<undefined | Refusal> {
  const { account, address: id, as, reason } = of;
  if (!isAccountId(account) || !isUuid(id)) return refuse('not_found');
  const { database, keyring, clock, strongRoles } = context;
  const now = clock.now();
  const at = new Date(now);
  const { by, event } = marks[as];
  return database.transaction(async (tx) => {
    const marked = await by(tx, keyring, { account, id, at, strongRoles });
    if (!marked) return refuse('not_found');
    const { change, authenticators, isTrustChanged } = marked;
    if (isTrustChanged) {
      const addresses = as === 'compromised' ? authenticators.map((one) => one.split(':')[0] ?? '') : [];
      await followChange(tx, { account, change, actor, at, act: { notice: event, addresses } });
    }
    if (as === 'restored') await tx.query(clearFailuresOf, { authenticators });
    const detail = { address: id, reason, ...(authenticators.length === 0 ? { already: true } : {}) };
    await recordAudit(tx, { id: uuidv7(now), at, event, actor, accountId: account, detail });
    return undefined;
  });
}
