import { disableAuthenticators } from '@rekey/accounts';
import { recordAudit } from '@rekey/audit';
import { type Refusal, refuse, uuidv7 } from '@rekey/kernel';
import { type Burnt, wornOut } from './burn.js';
import type { RecoveryContext } from './context.js';
import { triesPerRecovery } from './lifetimes.js';
import { warnOfChange } from './notice.js';
import type { ProofKind } from './policy.js';

/** Writes a wrong value down; disables what has failed too often in a row, and tells its owner. */
export async function recordFailure(
  { database, clock }: RecoveryContext,
  id: string,
  kind: ProofKind,
  row: Burnt,
): Promise<Refusal> {
  const triesLeft = triesPerRecovery - (row.tries ?? triesPerRecovery);
  const now = clock.now();
  const at = new Date(now);
  await recordAudit(database, {
    id: uuidv7(now),
    at,
    event: 'recovery_proof_failed',
    actor: 'person',
    recoveryId: id,
    detail: { kind, tries_left: triesLeft },
  });
  const ids = wornOut(row);
  if (ids.length > 0) {
    await database.transaction(async (tx) => {
      const accountId = await disableAuthenticators(tx, { ids, at });
      if (!accountId) return;
      tx.note('authenticators_disabled', { kind });
      await recordAudit(tx, {
        id: uuidv7(now),
        at,
        event: 'authenticator_disabled',
        actor: 'system',
        accountId,
        recoveryId: id,
        detail: { kind },
      });
      await warnOfChange(tx, { accountId, changes: [`${kind}_disabled`], at });
    });
  }
  return refuse('wrong_proof', { tries_left: triesLeft });
}
