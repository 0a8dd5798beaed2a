import { disableAuthenticators } from '@rekey/accounts';
import { insertAudit, recordAudit } from '@rekey/audit';
import { sql, statement } from '@rekey/database';
import { type Refusal, refuse, uuidv7 } from '@rekey/kernel';
import {
  type AttemptSource,
  consumeFailures,
  counterKey,
  failureCharges,
  triesPerRecovery,
} from '@rekey/limits';
import { notifyOfChange } from '@rekey/outbox';
import type { ProofKind } from '@rekey/proofs';
import type { RecoveryContext } from '../context.js';
import { answerReserved, ofRefusal, type ValuesToStore } from '../idempotency.js';
import { type Attempt, exhausted } from './attempt-statement.js';
import { type Once, valuesToStore } from './prove-once.js';

const fail = statement(
  'recovery_record_failure',
  sql`with audited as (
     ${insertAudit}
     :auditId::uuid, :now::timestamptz, 'recovery_proof_failed', 'person', null, :id::uuid,
       jsonb_build_object('kind', :kind::text, 'tries_left', :triesLeft::integer)
   ), answered as (
     ${answerReserved(ofRefusal)}
   ), ${consumeFailures}
   select * from charged`,
);

/** Records a wrong value and charges its caller. Disables authenticators that have failed too often in a row, and notifies their owner. */
export async function recordFailure(
  context: RecoveryContext,
  id: string,
  kind: ProofKind,
  row: Attempt,
  { sources, once }: { sources: readonly AttemptSource[]; once?: Once | undefined },
): Promise<Refusal> {
  const { database, clock } = context;
  const triesLeft = triesPerRecovery - (row.tries ?? triesPerRecovery);
  const now = clock.now();
  const at = new Date(now);
  const refusal = refuse('wrong_proof', { tries_left: triesLeft });
  const failed = { id, kind, triesLeft, now, auditId: uuidv7(now), ...valuesToStore(once, refusal) };
  await charge(context, failed, sources);
  const ids = exhausted(row);
  if (ids.length > 0) {
    await database.transaction(async (tx) => {
      const accountId = await disableAuthenticators(tx, { ids, at });
      if (!accountId) return;
      tx.record('authenticators_disabled', { kind });
      await recordAudit(tx, {
        id: uuidv7(now),
        at,
        event: 'authenticator_disabled',
        actor: 'system',
        accountId,
        recoveryId: id,
        detail: { kind },
      });
      await notifyOfChange(tx, { accountId, changes: [`${kind}_disabled`], at });
    });
  }
  return refusal;
}

async function charge(
  { database, keyring, failuresByNetwork }: RecoveryContext,
  failed: ValuesToStore & { id: string; kind: ProofKind; triesLeft: number; now: number; auditId: string },
  sources: readonly AttemptSource[],
): Promise<void> {
  const keys = sources.map(({ party, budget }) => counterKey(keyring, budget, party));
  const rows = await database.query<{ key: Buffer; spent: number; resets_at: Date }>(fail, {
    ...failed,
    now: new Date(failed.now),
    ...failureCharges(sources, keys, failed.now),
  });
  for (const [at, one] of sources.entries()) {
    const counted = rows.find(({ key }) => keys[at]?.equals(key));
    if (counted && counted.spent >= one.budget.quota) failuresByNetwork?.close(one, counted.resets_at);
  }
}
