import { insertAudit } from '@rekey/audit';
import { literal, sql, statement } from '@rekey/database';
import { type Refusal, refuse, uuidv7 } from '@rekey/kernel';
import { correlationOf } from '@rekey/telemetry';
import { wiped } from '../acts/cancel.js';
import { closedRefusal } from '../closed.js';
import type { RecoveryContext } from '../context.js';
import { sourceStates, sqlStates, targetState } from '../state-machine.js';
import { notifyOfHold } from '../stops/hold.js';
import { eventOf, timesOf, timesOfTransition } from '../transition.js';
import {
  offeredAddresses,
  type RecoveryRow,
  type RecoveryView,
  rowColumns,
  type SealedOffer,
  viewOf,
} from '../view.js';
import { withAttestation } from './attestation.js';
import { type Judged, judge, judgedColumns, type Verdict } from './judge.js';

const from = [...new Set((['reopen', 'prove', 'hold', 'release'] as const).flatMap(sourceStates))];

const write = statement(
  'recovery_write_judgement',
  sql`with judged as (
     update recoveries set state = :state, proofs = :proofs, amr = :amr, proof_authenticators = :authenticators, proof_times = :times,
       acr = :acr, ${timesOfTransition},
       lease_id = null, lease_expires_at = null
     where id = :id and state in (${sqlStates(from)}) and proofs = :before::text[] and (lease_id is null or lease_expires_at <= :now)
     returning id, account_id
   ), told as (
     ${notifyOfHold(sql`judged`)}
   )
   ${insertAudit}
   :auditId::uuid, :now::timestamptz, :event, 'system', account_id, id,
     jsonb_build_object('proofs_before', :before::text[], 'proofs', :proofs::text[]) || :decision::jsonb
   from judged returning id`,
);

const end = statement(
  'recovery_end_without_account',
  sql`with ended as (
     update recoveries set state = ${literal(targetState('invalidate'))}, ended_at = :now, lease_id = null, ${wiped}
     where id = :id and state in (${sqlStates(sourceStates('invalidate'))}) and (lease_id is null or lease_expires_at <= :now)
     returning id, account_id
   )
   ${insertAudit}
   :auditId::uuid, :now::timestamptz, 'recovery_stopped', 'system', account_id, id, '{"by": "account"}'::jsonb from ended
   returning id`,
);

/** Writes the result of judging a proven or partly proven recovery. A request that is completing it is not disturbed. */
async function carryOut(
  { database, clock }: RecoveryContext,
  id: string,
  before: Judged,
  verdict: Verdict,
): Promise<void> {
  const now = clock.now();
  const values = { id, now: new Date(now), auditId: uuidv7(now) };
  if (verdict.outcome === 'over') {
    const ended = await database.query(end, values);
    if (ended.length > 0) database.record('recoveries_stopped', { by: 'account', completed: 'no' });
    return;
  }
  // Drop the lost proofs first; the next pass judges whether the rest is enough.
  const move = verdict.lost || verdict.outcome === 'more' ? 'reopen' : moveTo(verdict.outcome);
  const written = await database.query(write, {
    ...correlationOf(database.trace),
    ...values,
    ...timesOf(now, verdict),
    ...(move === 'reopen' ? { decision: '{}' } : {}),
    before: before.proofs,
    state: targetState(move),
    event: eventOf[move],
    ...verdict.kept,
  });
  if (written.length === 0) return;
  if (move === 'reopen') database.record('recoveries_reopened', {});
  if (move === 'hold') database.record('recoveries_held', {});
}

const moveTo = (outcome: 'proven' | 'held') => (outcome === 'held' ? 'hold' : 'prove');
/** Reads nothing of the account before a first proof: neither the response nor its time may reveal whether there is one. */
const known = sql`(case when recoveries.proofs <> '{}' then recoveries.account_id end)`;

const look = statement(
  'recovery_judge',
  sql`select ${rowColumns}, ${judgedColumns(known)}, ${offeredAddresses(known)} as offers from recoveries where id = :id`,
);

/** At most: a dropped proof, the rest that is enough, and one concurrent writer. */
const mostLooks = 3;

type LookedAt = RecoveryRow & Judged & { offers: SealedOffer[] | null };

/**
 * Judges a recovery that has proved something against its account as it is now. Whatever no longer holds is written first: a dropped proof
 * is asked for again, and a recovery without an account ends.
 *
 * @returns its view after that; undefined when there is no recovery with this id
 */
export async function rejudge(context: RecoveryContext, id: string): Promise<RecoveryView | undefined> {
  const { database, clock, policy, strongRoles } = context;
  for (let looks = 1; ; looks++) {
    const [found] = await database.query<LookedAt>(look, {
      id,
      strongRoles,
      now: new Date(clock.now()),
      gathersFacts: policy.holds.length > 0,
    });
    if (!found) return undefined;
    const row = await withAttestation(context, id, found);
    const verdict = isJudged(row) ? judge(policy, row, new Date(clock.now())) : undefined;
    const holds = verdict === undefined || isUpToDate(row, verdict);
    if (holds || looks > mostLooks) return viewOf(context, id, row, row);
    await carryOut(context, id, row, verdict);
  }
}

/** Whether its evidence matters: before a first proof there is none, and after the end it has been used. */
const isJudged = ({ state, proofs }: RecoveryRow): boolean =>
  state === 'proven' || state === 'held' || (state === 'proving' && proofs.length > 0);

/** Whether the row already has the state of the verdict. */
export const isUpToDate = ({ state }: { state: string }, verdict: Verdict): boolean =>
  verdict.outcome !== 'over' && !verdict.lost && stateOf[verdict.outcome] === state;

const stateOf = { proven: 'proven', held: 'held', more: 'proving' } as const;

/** The refusal for a caller whose evidence is not enough: what is missing, how long the recovery is held, or that it is closed. */
export async function notProven(context: RecoveryContext, id: string): Promise<Refusal> {
  const view = await rejudge(context, id);
  if (!view) return refuse('not_found');
  // Another request is completing it.
  if (view.state === 'proven') return refuse('invalid_state', { retry_after: 1 });
  if (view.state !== 'proving' && view.state !== 'held') return closedRefusal(view.state);
  const heldMs = view.held_until ? Date.parse(view.held_until) - context.clock.now() : undefined;
  const wait = heldMs === undefined ? {} : { retry_after: Math.max(1, Math.ceil(heldMs / 1000)) };
  return refuse('not_proven', { methods: view.methods, ...wait });
}
