import { auditInsert } from '@rekey/audit';
import { literal, sql, statement } from '@rekey/database';
import { type Refusal, refuse, uuidv7 } from '@rekey/kernel';
import { revokeSessionsOfRecoveries } from '@rekey/tokens';
import { closedRefusal } from '../closed.js';
import type { RecoveryContext, RecoveryReference } from '../context.js';
import { type RecoveryState, sourceStates, sqlStates, targetState } from '../state-machine.js';
import { isRecoveryToken } from '../tokens/recovery-token.js';

/**
 * Everything that is erased when a recovery ends, for whatever reason. Afterwards the row does not reveal the person, nor that two
 * recoveries had the same identifier, network or browser.
 */
export const wiped = sql`identifier_sealed = null, identifier_digests = '{}', source_key = null, known_as = null, guess_key = ''::bytea`;

const cancel = statement(
  'recovery_cancel',
  sql`with ended as (
     update recoveries set state = ${literal(targetState('cancel'))}, ended_at = :now, ${wiped}
     where id = :id and state in (${sqlStates(sourceStates('cancel'))})
     returning id, account_id, proofs
   ), audited as (
     ${auditInsert}
     select :auditId::uuid, :now::timestamptz, 'recovery_cancelled', 'person', account_id, id, '{}'::jsonb from ended
   )
   select exists (select from ended) as ended, exists (select from ended where proofs <> '{}') as proved, state, completed_at from recoveries where id = :id`,
);

/** The person cancels the recovery. Refusals: `not_found`, `finished`. */
export async function cancelRecovery(
  { database, keyring, clock }: RecoveryContext,
  reference: RecoveryReference,
): Promise<undefined | Refusal> {
  if (!isRecoveryToken(keyring, reference)) return refuse('not_found');
  const now = clock.now();
  const [row] = await database.query<{
    ended: boolean;
    proved: boolean;
    state: RecoveryState;
    completed_at: Date | null;
  }>(cancel, {
    id: reference.id,
    now: new Date(now),
    auditId: uuidv7(now),
  });
  if (!row) return refuse('not_found');
  if (!row.ended) return closedRefusal(row.state, row.completed_at);
  // The process that was completing it may have died after the issuer had issued.
  if (row.proved)
    await revokeSessionsOfRecoveries(database, { recoveries: [reference.id], at: new Date(now) });
  database.record('recoveries_cancelled', {});
  return undefined;
}
