import { type AccountToPut, putAccount } from '@rekey/accounts';
import { recordAudit } from '@rekey/audit';
import { type Refusal, uuidv7 } from '@rekey/kernel';
import { endSessionsOf } from '@rekey/tokens';
import type { ConsoleContext } from './parts.js';

/** Writes an account, with its audit event; who is disabled is signed out everywhere in the same transaction. */
export async function putManagedAccount(
  context: ConsoleContext,
  caller: string,
  account: AccountToPut,
): Promise<{ created: boolean } | Refusal> {
  const now = context.clock.now();
  return putAccount(context, now, account, async (sql, created) => {
    const at = new Date(now);
    if (account.status === 'disabled')
      await endSessionsOf(sql, 'account', {
        id: account.id,
        at,
        reason: 'account',
        actor: `client:${caller}`,
      });
    await recordAudit(sql, {
      id: uuidv7(now),
      at,
      event: created ? 'user_created' : 'user_updated',
      actor: `client:${caller}`,
      accountId: account.id,
      detail: { status: account.status },
    });
  });
}
