import { attestAccount, lockAccount } from '@rekey/accounts';
import { insertAudit, silencedAddress, tookPart } from '@rekey/audit';
import { type Database, sql, statement, type Transaction } from '@rekey/database';
import { isRefused, isUuid, type Keyring, type Refusal, refuse, uuidv7 } from '@rekey/kernel';
import {
  actingStaff,
  type ConsolePlace,
  findJudged,
  lostIn,
  reportFlaw,
  spendOverride,
  usableIn,
  type VerifiedOverride,
} from '@rekey/staff';
import { correlationOf } from '@rekey/telemetry';
import { somebodyElse } from '../acts/decide.js';
import type { ActContext } from '../context.js';
import { withAttestation } from '../proving/attestation.js';
import { attested, attestedAmr, isAttested } from '../proving/attested.js';
import { type Judged, judge, judgedColumns, type Verdict } from '../proving/judge.js';
import type { RecoveryPolicy } from '../proving/policy.js';
import { sourceStates, sqlStates, targetState } from '../state-machine.js';
import { notifyOfHold } from '../stops/hold.js';
import { eventOf, timesOf, timesOfTransition } from '../transition.js';
import { type RecoveryRow, rowColumns, stateAt } from '../view.js';
import { needsOverride } from './needs-override.js';

export interface OverridingContext extends ActContext {
  database: Database;
  keyring: Keyring;
  policy: RecoveryPolicy;
  strongRoles: string[];
  place: ConsolePlace;
}

const look = statement(
  'recovery_to_attest',
  sql`select ${rowColumns}, ${judgedColumns()}, account_id, assist_id from recoveries where id = :id`,
);
type LookedAt = RecoveryRow & Judged & { account_id: string | null; assist_id: string | null };

const attest = statement(
  'recovery_attest',
  sql`with won as (
     update recoveries set state = :state, proofs = :proofs, amr = :amrs, proof_authenticators = :authenticators, proof_times = :times,
       acr = :acr, generation = :generation::uuid, ${timesOfTransition}
     where id = :id and state in (${sqlStates(sourceStates('prove'))}) and account_id = :account and assist_id is not null
       and coalesce(generation, :generation) = :generation and proofs = :before::text[]
       and expires_at > :now and recoveries.idle_expires_at > :now
     returning id, account_id
   ), told as (
     ${notifyOfHold(sql`won`)}
   )
   ${insertAudit}
   :auditId::uuid, :now::timestamptz, :event, :actor, won.account_id, won.id,
     jsonb_build_object('kind', :kind::text, 'amr', :amr::text) || :decision::jsonb
   from won returning id`,
);

/**
 * Lets an override stand for the missing proof of a recovery that staff have started for its account. Both signatures are verified, the
 * waiting period is over, and the account has no working proof left. Who has started the recovery for its person does not use it there: that takes
 * two, too. The recovery is proven, or held by the policy: the person goes on in
 * their own flow, and chooses the new credentials there. When they complete it, the override is verified again.
 *
 * Refusals: `not_found`; `invalid_state`, with what is not as it has to be. Of two uses one wins.
 */
export async function useOverride(
  context: OverridingContext,
  by: { memberId: string; id: string; recovery: string; reason: string },
): Promise<undefined | Refusal> {
  const { database, clock } = context;
  const now = clock.now();
  const judged = await findJudged(context, by.id, now);
  if (!judged || !isUuid(by.recovery)) return refuse('not_found');
  await reportFlaw(context, judged);
  const override = usableIn(judged);
  if (!override) return refuse('invalid_state', { detail: `The override is ${judged.state}.` });
  const held = await database.transaction((tx) => useWithin(context, tx, { ...by, override, now }));
  if (isRefused(held)) return held;
  if (held) database.record('recoveries_held', {});
  return undefined;
}

interface Use {
  memberId: string;
  recovery: string;
  reason: string;
  override: VerifiedOverride;
  now: number;
}

/** @returns whether the recovery is held now */
async function useWithin(context: OverridingContext, tx: Transaction, use: Use): Promise<boolean | Refusal> {
  const { strongRoles, policy } = context;
  const { override, recovery: id, now } = use;
  const { account, generation, id: overrideId } = override.request;
  await lockAccount(tx, account);
  const actor = actingStaff(use.memberId);
  if (await tookPart(tx, { recovery: id, actor })) return ownWork;
  if (await silencedAddress(tx, { account, actor, now })) return somebodyElse;
  const lost = lostIn(override.request).map(({ name }) => name);
  const assurance = await needsOverride({ database: tx, policy, strongRoles, now }, account, lost);
  if (isRefused(assurance)) return assurance.code === 'not_found' ? gone : assurance;
  if (assurance.generation !== generation) return gone;
  const values = { id, strongRoles, now: new Date(now), gathersFacts: true };
  const [found] = await tx.query<LookedAt>(look, values);
  if (!found) return refuse('not_found');
  const refused = stateDetail(found, override, now);
  if (refused) return refuse('invalid_state', { detail: refused });
  const row = await withAttestation({ ...context, database: tx }, id, found);
  const at = new Date(now);
  const verdict = judge(
    policy,
    {
      ...row,
      generation,
      proofs: [...row.proofs, attested],
      amr: [...row.amr, attestedAmr],
      proof_authenticators: [...row.proof_authenticators, overrideId],
      proof_times: [...row.proof_times, at],
      held: [...row.held, true],
    },
    at,
  );
  if (verdict.outcome !== 'proven' && verdict.outcome !== 'held') return gone;
  if (!(await attestAccount(tx, { account, generation, override: overrideId }))) return gone;
  if (!(await move(tx, use, row, verdict))) return tooLate;
  // After the recovery, as the order of locks says.
  if (!(await spendOverride(tx, context, now, use))) return tooLate;
  return verdict.outcome === 'held';
}

const gone = refuse('invalid_state', { detail: 'The account is another one now, or disabled.' });
/** Who has read the number from a page could have read it from their own. */
const ownWork = refuse('invalid_state', {
  detail: 'Somebody else has to use it: you have helped with this recovery before.',
});
const tooLate = refuse('invalid_state', { detail: 'Somebody else was faster.' });

function stateDetail(row: LookedAt, { request }: VerifiedOverride, now: number): string | undefined {
  if (row.account_id !== request.account || (row.generation ?? request.generation) !== request.generation)
    return 'The recovery is of another account.';
  if (row.assist_id === null) return 'The recovery was not started by staff.';
  if (stateAt(row, now) !== 'proving') return `The recovery is ${stateAt(row, now)}.`;
  return isAttested(row.proofs) ? 'An override stands for a proof of the recovery already.' : undefined;
}

async function move(
  tx: Transaction,
  { recovery: id, memberId, override, now }: Use,
  row: LookedAt,
  verdict: Extract<Verdict, { outcome: 'proven' | 'held' }>,
): Promise<boolean> {
  const { account, generation } = override.request;
  const step = verdict.outcome === 'held' ? 'hold' : 'prove';
  const { kept } = verdict;
  const won = await tx.query(attest, {
    ...correlationOf(tx.trace),
    ...timesOf(now, verdict),
    id,
    account,
    generation,
    now: new Date(now),
    auditId: uuidv7(now),
    actor: actingStaff(memberId),
    state: targetState(step),
    event: eventOf[step],
    kind: attested,
    amr: attestedAmr,
    proofs: kept.proofs,
    amrs: kept.amr,
    authenticators: kept.authenticators,
    times: kept.times,
    acr: kept.acr,
    before: row.proofs,
  });
  return won.length > 0;
}
