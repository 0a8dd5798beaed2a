import { compromisedAddresses, markStopped } from '@rekey/accounts';
import { insertAudit } from '@rekey/audit';
import { literal, sql, statement, type Transaction } from '@rekey/database';
import { isRefused, type Refusal, refuse } from '@rekey/kernel';
import { dropQueued, type ReadLink, readOverrideToken, readStopToken, readUndoToken } from '@rekey/outbox';
import { revokeSessionsOfRecoveries } from '@rekey/tokens';
import type { RecoveryContext } from '../context.js';
import { asksForStops } from '../holds/rules.js';
import { stopOverride } from '../overrides/stop-override.js';
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
  /** The link was about an override of staff: it is stopped now, with the recovery in which it was used, or was ended before (`gone`). */
  wasOverride?: 'stopped' | 'gone';
}

export type StopSubject = 'recovery' | 'binding' | 'override';

/** Returns what a "not me" link is about; undefined for a token that is not ours or has expired. */
export function readStopSubject({ keyring, clock }: RecoveryContext, token: string): StopSubject | undefined {
  const now = clock.now();
  if (readStopToken(keyring, token, now) !== undefined) return 'recovery';
  if (readOverrideToken(keyring, token, now) !== undefined) return 'override';
  return readUndoToken(keyring, token, now) === undefined ? undefined : 'binding';
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
     ${insertAudit}
     gen_random_uuid(), :now::timestamptz, 'recovery_stopped', 'person', account_id, id,
       jsonb_strip_nulls(jsonb_build_object('by', 'stop_link', 'with', nullif(:id::uuid, id))) from ended
   )
   select before.id, completed_at, password_set, ended.id is not null as ended from before left join ended on ended.id = before.id`,
);

type StoppedRow = EndedRecovery & { ended: boolean };

/**
 * "This was not me": puts the account back to its last undisputed state, see {@link disputedBy}. The recovery ends. If something was proved
 * in it, everything that it and the other disputed recoveries have led to is taken back. A second call changes nothing.
 *
 * A link that went to an address which is compromised by now only stops: it ends an open recovery or an override, and takes nothing back. A
 * stranger reads it, and could put back a password that they know.
 *
 * Refusals: `not_found` for a token that is not ours, has expired, or whose recovery has been pruned; and for such a link when more than a stop
 * is left to do.
 */
export async function stopRecovery(context: RecoveryContext, token: string): Promise<Stopped | Refusal> {
  const { database, keyring, clock } = context;
  const now = clock.now();
  const bound = readUndoToken(keyring, token, now);
  if (bound !== undefined) {
    const isUndone = await undoBinding(context, bound);
    if (isRefused(isUndone)) return isUndone;
    return { wasSettled: isUndone, wasBinding: isUndone ? 'undone' : 'gone' };
  }
  const override = readOverrideToken(keyring, token, now);
  if (override !== undefined)
    return database.transaction(async (tx) => {
      const stopped = await stopOverride(tx, now, override.id);
      if (!stopped) return { wasSettled: false, wasOverride: 'gone' };
      const { account, recovery } = stopped;
      if (!(await compromisedAddresses(tx, account)).some(override.isSentTo))
        await holdNext(context, tx, account, now);
      const link = recovery === undefined ? undefined : { ...override, id: recovery };
      const used = link && (await stopWithin(context, tx, link, now));
      if (used === takesBack) return takesBack;
      // A recovery that was pruned has nothing left to stop.
      return { ...(used && !isRefused(used) ? used : { wasSettled: false }), wasOverride: 'stopped' };
    });
  const link = readStopToken(keyring, token, now);
  if (link === undefined) return refuse('not_found');
  return database.transaction((tx) => stopWithin(context, tx, link, now));
}

/** A link that may only stop, where something would have to be taken back. */
const takesBack = refuse('not_found');

async function stopWithin(
  context: RecoveryContext,
  tx: Transaction,
  link: ReadLink,
  now: number,
): Promise<Stopped | Refusal> {
  const { id } = link;
  const at = new Date(now);
  const whole = await lockDisputed(tx, id, now);
  const onlyStops = whole && (await compromisedAddresses(tx, whole.account)).some(link.isSentTo);
  const disputed = onlyStops ? undefined : whole;
  const ids = [...new Set([id, ...(disputed?.recoveries ?? [])])];
  const rows = await tx.query<StoppedRow>(stop, { id, ids, now: at });
  const own = rows.find((row) => row.id === id);
  if (!own) return refuse('not_found');
  const wasSettled = own.completed_at !== null;
  if (onlyStops && wasSettled) return takesBack;
  if (!own.ended) return { wasSettled };
  const ended = rows.filter((row) => row.ended);
  for (const { completed_at: completedAt } of ended)
    tx.record('recoveries_stopped', { by: 'stop_link', completed: completedAt ? 'yes' : 'no' });
  if (disputed && disputed.recoveries.length > 0) {
    const { holdAfterStopHours: heldHours } = context.policy;
    await holdNext(context, tx, disputed.account, now);
    const password = await takeBack(tx, context.keyring, { ...disputed, ended, now });
    return { wasSettled, password, heldHours };
  }
  // Also when it was not completed: a request that is at the issuer right now must leave nothing behind.
  await revokeSessionsOfRecoveries(tx, { recoveries: [id], at });
  return { wasSettled };
}

/** The next recovery of the account is held, where the policy holds any after a stop. */
async function holdNext(
  { policy }: RecoveryContext,
  tx: Transaction,
  account: string,
  now: number,
): Promise<void> {
  if (policy.holdAfterStopHours > 0 || asksForStops(policy))
    await markStopped(tx, { account, at: new Date(now) });
}
