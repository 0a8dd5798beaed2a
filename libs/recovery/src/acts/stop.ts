import { markStopped } from '@rekey/accounts';
import { auditInsert } from '@rekey/audit';
import { literal, sql, statement } from '@rekey/database';
import { type Refusal, refuse } from '@rekey/kernel';
import { dropQueued, readStopToken, readUndoToken } from '@rekey/outbox';
import { revokeSessionsOfRecoveries } from '@rekey/tokens';
import type { RecoveryContext } from '../context.js';
import { sourceStates, sqlStates, targetState } from '../state-machine.js';
import { type EndedRecovery, lockDisputed, takeBack } from '../stops/take-back.js';
import { wiped } from './cancel.js';
import { undoBinding } from './undo-binding.js';

export interface Stopped {
  /** It had already led to credentials; they are revoked. */
  wasSettled: boolean;
  /** What happened to the password that it, or another disputed recovery, had set or ended. */
  password?: Awaited<ReturnType<typeof takeBack>>;
  /** Hours for which the next recovery of the account is held. */
  heldHours?: number;
  /** The link was about a binding, not a recovery: it is removed now (`undone`), or was gone or past its hold (`gone`). */
  wasBinding?: 'undone' | 'gone';
}

/** Returns what a "not me" link is about; undefined for a token that is not ours or has expired. */
export function readStopSubject(
  { keyring, clock }: RecoveryContext,
  token: string,
): 'recovery' | 'binding' | undefined {
  if (readStopToken(keyring, token, clock.now()) !== undefined) return 'recovery';
  return readUndoToken(keyring, token, clock.now()) === undefined ? undefined : 'binding';
}

const stop = statement(
  'recovery_stop',
  sql`with before as (
     select id, state, completed_at, password_set from recoveries where id = any(:ids::uuid[]) order by id for update
   ), ended as (
     update recoveries r set state = ${literal(targetState('stop'))}, ended_at = coalesce(r.ended_at, :now::timestamptz), lease_id = null, ${wiped}
     from before
     where r.id = before.id and before.state in (${sqlStates(sourceStates('stop'))})
     returning r.id, r.account_id
   ), silenced as (
     ${dropQueued(sql`ended`, 'codes')}
   ), audited as (
     ${auditInsert}
     select gen_random_uuid(), :now::timestamptz, 'recovery_stopped', 'person', account_id, id,
       jsonb_strip_nulls(jsonb_build_object('by', 'stop_link', 'with', nullif(:id::uuid, id))) from ended
   )
   select before.id, completed_at, password_set, ended.id is not null as ended from before left join ended on ended.id = before.id`,
);

type StoppedRow = EndedRecovery & { ended: boolean };

/**
 * "This was not me": puts the account back to its last undisputed state, see {@link disputedBy}. The recovery ends. If something was proved
 * in it, everything that it and the other disputed recoveries have led to is taken back. A second call changes nothing.
 *
 * Refusals: `not_found` for a token that is not ours, has expired, or whose recovery has been pruned.
 */
export async function stopRecovery(context: RecoveryContext, token: string): Promise<Stopped | Refusal> {
  const { database, keyring, clock } = context;
  const now = clock.now();
  const bound = readUndoToken(keyring, token, now);
  if (bound !== undefined) {
    const isUndone = await undoBinding(context, bound);
    return { wasSettled: isUndone, wasBinding: isUndone ? 'undone' : 'gone' };
  }
  const id = readStopToken(keyring, token, now);
  if (id === undefined) return refuse('not_found');
  return database.transaction(async (tx) => {
    const at = new Date(now);
    const disputed = await lockDisputed(tx, id, now);
    const ids = [...new Set([id, ...(disputed?.recoveries ?? [])])];
    const rows = await tx.query<StoppedRow>(stop, { id, ids, now: at });
    const own = rows.find((row) => row.id === id);
    if (!own) return refuse('not_found');
    const wasSettled = own.completed_at !== null;
    if (!own.ended) return { wasSettled };
    const ended = rows.filter((row) => row.ended);
    for (const { completed_at: completedAt } of ended)
      tx.record('recoveries_stopped', { by: 'stop_link', completed: completedAt ? 'yes' : 'no' });
    if (disputed && disputed.recoveries.length > 0) {
      const { holdAfterStopHours: heldHours } = context.policy;
      if (heldHours > 0) await markStopped(tx, { account: disputed.account, at });
      const password = await takeBack(tx, keyring, { ...disputed, ended, now });
      return { wasSettled, password, heldHours };
    }
    // Also when it was not completed: a request that is at the issuer right now must leave nothing behind.
    await revokeSessionsOfRecoveries(tx, { recoveries: [id], at });
    return { wasSettled };
  });
}
