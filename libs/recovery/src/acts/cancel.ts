import { insertAudit } from '@rekey/audit';
import { literal, sql, statement, withSecondLook } from '@rekey/database';
import { isRefused, type Refusal, refuse, uuidv7 } from '@rekey/kernel';
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
     ${insertAudit}
     :auditId::uuid, :now::timestamptz, 'recovery_cancelled', 'person', account_id, id, '{}'::jsonb from ended
   )
   select exists (select from ended) as ended, exists (select from ended where proofs <> '{}') as proved, state, completed_at,
     redirect_uri, redirect_state
   from recoveries where id = :id`,
);

interface CancelledRow {
  ended: boolean;
  /** Something was proved before. */
  proved: boolean;
  /** Before. */
  state: RecoveryState;
  completed_at: Date | null;
  redirect_uri: string | null;
  redirect_state: string | null;
}

/** The person cancels the recovery. Refusals: `not_found`, `recovery_closed`. */
export async function cancelRecovery(
  context: RecoveryContext,
  reference: RecoveryReference,
): Promise<undefined | Refusal> {
  const row = await cancelNow(context, reference);
  if (isRefused(row)) return row;
  return row.ended ? undefined : closedRefusal(row.state, row.completed_at);
}

/**
 * The same for a person on the pages, as often as they ask for it. Refusals: `not_found`, `recovery_closed` (it ended in another way).
 *
 * @returns where the app that began the recovery waits for an answer; `redirect` is left out when no app began it
 */
export async function cancelForApp(
  context: RecoveryContext,
  reference: RecoveryReference,
): Promise<{ redirect?: { redirectUri: string; state?: string | undefined } } | Refusal> {
  const row = await cancelNow(context, reference);
  if (isRefused(row)) return row;
  if (!row.ended && row.state !== 'cancelled') return closedRefusal(row.state, row.completed_at);
  const { redirect_uri: redirectUri, redirect_state: state } = row;
  return redirectUri === null ? {} : { redirect: { redirectUri, state: state ?? undefined } };
}

async function cancelNow(
  { database, keyring, clock }: RecoveryContext,
  reference: RecoveryReference,
): Promise<CancelledRow | Refusal> {
  if (!isRecoveryToken(keyring, reference)) return refuse('not_found');
  const now = clock.now();
  const at = new Date(now);
  return database.transaction(async (tx) => {
    const values = { id: reference.id, now: at, auditId: uuidv7(now) };
    const row = await withSecondLook(
      () => tx.query<CancelledRow>(cancel, values),
      ({ ended }) => !ended,
    );
    if (!row) return refuse('not_found');
    if (!row.ended) return row;
    // The process that was completing it may have died after the issuer had issued. No sweep looks at what has ended.
    if (row.proved) await revokeSessionsOfRecoveries(tx, { recoveries: [reference.id], at });
    tx.record('recoveries_cancelled', {});
    return row;
  });
}
