import { auditInsert, recordAudit } from '@rekey/audit';
import { statement } from '@rekey/database';
import { type Refusal, refuse, uuidv7 } from '@rekey/kernel';
import { budgets, chargeRows, limitView } from '@rekey/limits';
import { type CodeBinding, type CodeChannel, matchCode } from '@rekey/proofs';
import { isRecoveryToken } from './bearer.js';
import type { RecoveryContext, RecoveryReference } from './context.js';
import { lifetimes, triesPerRecovery } from './lifetimes.js';
import { sqlStates, stateAfter, statesBefore } from './moves.js';
import { type RecoveryRow, type RecoveryView, rowColumns, stateAt, viewOf, whyNot } from './view.js';

const { guessesADay } = budgets;

const burn = statement(
  'recovery_burn_guess',
  `with spent as (
     update recoveries set tries = tries + 1, idle_expires_at = least(expires_at, :idleExpiresAt::timestamptz)
     where id = :id and state in (${sqlStates(statesBefore('prove'))}) and tries < :triesAllowed::integer
       and expires_at > :now and idle_expires_at > :now
     returning recoveries.tries, recoveries.guess_budgets
   ), a_day as (
     ${chargeRows('select unnest(guess_budgets) as key, :dayWindow::integer as window_ms from spent')}
   )
   select ${rowColumns}, recoveries.guess_budgets[1] = a_day.key as is_identifier, a_day.spent as day_spent, a_day.resets_at as day_resets_at,
     spent.tries, (
       select coalesce(jsonb_agg(good), '[]') from (
         select counter, channel, encode(bound_to, 'hex') as "boundTo", key_id as "keyId"
         from messages
         where recovery_id = :id and kind = 'recovery_code' and bound_to is not null and expires_at > :now
         order by counter desc limit 2
       ) good
     ) as candidates
   from recoveries left join spent on true left join a_day on true
   where id = :id`,
);

const consume = statement(
  'recovery_consume_proof',
  `with won as (
     update recoveries set state = '${stateAfter('prove')}', proven_at = :now, proven_by = :channel
     where id = :id and state in (${sqlStates(statesBefore('prove'))}) and account_id is not null
     returning id, account_id
   )
   ${auditInsert}
   select :auditId::uuid, :now::timestamptz, 'recovery_proven', 'person', won.account_id, won.id,
     jsonb_build_object('channel', :channel::text)
   from won returning recovery_id`,
);

interface Burnt extends RecoveryRow {
  tries: number | null;
  is_identifier: boolean | null;
  day_spent: number | null;
  day_resets_at: Date | null;
  candidates: { counter: number; channel: CodeChannel; boundTo: string; keyId: string }[];
}

/**
 * Offers a proof. The guess is burnt by a guarded update that commits before anything is compared; a right one is won by a
 * second guarded update, which only one caller can win. There is no read before a write on this path.
 *
 * Refusals: `not_found`, `finished`, `wrong_proof` (with `tries_left`), `no_tries_left`, `not_possible` (already proven).
 */
export async function prove(
  context: RecoveryContext,
  reference: RecoveryReference,
  proof: { kind: 'code'; value: string },
): Promise<RecoveryView | Refusal> {
  const { database, keyring, clock } = context;
  if (!isRecoveryToken(keyring, reference)) return refuse('not_found');
  const now = clock.now();
  const { id } = reference;
  const rows = await database.query<Burnt>(burn, {
    id,
    now: new Date(now),
    idleExpiresAt: new Date(now + lifetimes.idle),
    triesAllowed: triesPerRecovery,
    dayWindow: guessesADay.windowMs,
  });
  const [row] = rows;
  if (!row || stateAt(row, now) !== 'proving') return whyNot(row, now, 'proving');
  if (row.tries === null) return noTriesLeft(row, now);
  const overspent = rows.filter(({ day_spent }) => (day_spent ?? 0) > guessesADay.quota);
  const openly = overspent.find(({ is_identifier }) => is_identifier);
  if (openly?.day_resets_at) return dayIsUsedUp(openly.day_resets_at, now);

  // An account that was worn out through another of its identifiers must not show it: that would tell that the two belong
  // together. The guess is simply not looked at.
  const candidates: CodeBinding[] =
    overspent.length > 0
      ? []
      : row.candidates.map((found) => ({
          ...found,
          recoveryId: id,
          boundTo: Buffer.from(found.boundTo, 'hex'),
        }));
  const matched = matchCode(keyring, proof.value, candidates);
  if (!matched) return wrongProof(context, id, row.tries);

  const won = await database.query(consume, {
    id,
    now: new Date(now),
    channel: matched.channel,
    auditId: uuidv7(now),
  });
  if (won.length === 0) return refuse('not_possible', {}, 'another caller won with the same proof');
  return viewOf(
    id,
    { ...row, state: stateAfter('prove'), idle_expires_at: new Date(now + lifetimes.idle) },
    now,
  );
}

async function wrongProof({ database, clock }: RecoveryContext, id: string, tries: number): Promise<Refusal> {
  const triesLeft = triesPerRecovery - tries;
  const now = clock.now();
  await recordAudit(database, {
    id: uuidv7(now),
    at: new Date(now),
    event: 'recovery_proof_failed',
    actor: 'person',
    recoveryId: id,
    detail: { kind: 'code', tries_left: triesLeft },
  });
  return refuse('wrong_proof', { tries_left: triesLeft });
}

function noTriesLeft(row: RecoveryRow, now: number): Refusal {
  const reset = Math.max(1, Math.ceil((row.expires_at.getTime() - now) / 1000));
  const limit = {
    policy: 'tries',
    quota: triesPerRecovery,
    window: lifetimes.recovery / 1000,
    remaining: 0,
    reset,
  };
  return refuse('no_tries_left', { tries_left: 0, retry_after: reset, limit });
}

function dayIsUsedUp(resetsAt: Date, now: number): Refusal {
  const limit = limitView(guessesADay, guessesADay.quota, resetsAt, new Date(now));
  return refuse('no_tries_left', { tries_left: 0, retry_after: limit.reset, limit });
}
