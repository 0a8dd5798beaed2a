import { activeSubject, isOfGeneration } from '@rekey/accounts';
import { recordAudit } from '@rekey/audit';
import { sql, statement, type Transaction } from '@rekey/database';
import { type Refusal, refuse, uuidv7 } from '@rekey/kernel';
import { messageLifetimes, notifyOfRecovery, queueCode } from '@rekey/outbox';
import { codeShape } from '@rekey/proofs';
import { actingStaff } from '@rekey/staff';
import { correlationOf } from '@rekey/telemetry';
import type { ActContext } from '../context.js';
import { lifetimes } from '../lifetimes.js';
import { type AssistRow, assistStateAt, endAssistRow, findAssist } from './assist-rows.js';
import { assistNumbers } from './assist-secrets.js';
import { type AssistView, assistView } from './read-assist.js';

/**
 * The account is locked before the assist, and the assist before the recovery is there, as the order of locks says. The recovery belongs to its
 * account from the start: nobody has typed an identifier. Its code has no job in the queue, so it is due at once.
 */
const match = statement(
  'assist_match',
  sql`with who as materialized (
     ${activeSubject(sql`:account`, isOfGeneration(sql`a`, sql`:generation::uuid`))}
   ), matched as (
     update assists set state = 'matched', recovery_id = :recovery::uuid from who
     where assists.id = :id and assists.state = 'opened' and assists.expires_at > :now
     returning assists.id, who.account_id, who.generation, assists.source_key, assists.known_as, assists.locale, assists.client_id, assists.client_authenticated
   ), opened as (
     insert into recoveries (id, state, created_at, idle_expires_at, expires_at, identifier_digests, source_key, known_as, guess_key, locale,
       client_id, client_authenticated, resend_at, account_id, generation, assist_id)
     select :recovery::uuid, 'proving', :now, :idleExpiresAt, :expiresAt, '{}', source_key, known_as, :guessKey::bytea, locale,
       coalesce(client_id, 'default'), client_authenticated, :resendAt, account_id, generation, id
     from matched
     returning id, account_id, client_id
   ), message as (
     ${queueCode(sql`opened`, { counter: sql`1`, address: sql`null::uuid` })}
   ), told as (
     ${notifyOfRecovery('recovery_assisted', sql`opened`, { expiresAt: sql`:stopExpiresAt::timestamptz` })}
   )
   select exists (select from who) as alive, (select client_id from opened) as client_id`,
);

interface MatchedRow {
  alive: boolean;
  /** Null when there was nothing to match. */
  client_id: string | null;
}

/**
 * Compares the number that the caller reads from their page. If it is right, a recovery of the account is started for the browser or app that
 * shows it, a code is sent, and every address is notified, with a stop link. A wrong one ends the assist, and so does an account that is gone
 * or disabled by now: the view says so.
 *
 * Refusals: `not_found`; `forbidden` for a member who did not start it; `invalid_state` when nobody has entered the code yet, and after its end.
 *
 * @param of.number three digits
 */
export async function matchAssist(
  context: ActContext,
  of: { id: string; memberId: string; number: string },
): Promise<AssistView | Refusal> {
  const { database, keyring, clock } = context;
  const now = clock.now();
  const row = await findAssist(database, of.id);
  if (!row) return refuse('not_found');
  if (row.member_id !== of.memberId) return refuse('forbidden');
  const isRight = assistNumbers(keyring, row.id).includes(of.number);
  if (assistStateAt(row, now) === 'opened') {
    await database.transaction((tx) =>
      isRight ? startFor(context, tx, row, now) : endFor(tx, row, now, 'number'),
    );
    // What another request has done meanwhile counts as well.
    const after = await findAssist(database, of.id);
    if (after && (isRight || after.state === 'ended')) return assistView(after, now);
  }
  // The same number once more.
  if (row.state === 'matched' && isRight) return assistView(row, now);
  return refuse('invalid_state');
}

const endFor = (tx: Transaction, row: AssistRow, now: number, by: 'number' | 'account'): Promise<boolean> =>
  endAssistRow(tx, now, { id: row.id, actor: actingStaff(row.member_id), by, states: ['opened'] });

async function startFor(
  { keyring }: ActContext,
  tx: Transaction,
  row: AssistRow,
  now: number,
): Promise<boolean> {
  const at = (ms: number) => new Date(now + ms);
  const recovery = uuidv7(now);
  const [found] = await tx.query<MatchedRow>(match, {
    ...correlationOf(tx.trace),
    id: row.id,
    account: row.account_id,
    generation: row.generation,
    recovery,
    messageId: uuidv7(now),
    now: at(0),
    idleExpiresAt: at(lifetimes.idle),
    expiresAt: at(lifetimes.recovery),
    resendAt: at(lifetimes.resend),
    codeExpiresAt: at(codeShape.lifetimeMs),
    dueAt: at(0),
    stopExpiresAt: at(messageLifetimes.stopLink),
    guessKey: keyring.mac('odds/identifier', `account:${row.account_id}`),
  });
  if (!found?.alive) return endFor(tx, row, now, 'account');
  if (found.client_id === null) return false;
  const by = {
    actor: actingStaff(row.member_id),
    accountId: row.account_id,
    recoveryId: recovery,
    at: at(0),
  };
  const assist = row.id;
  await recordAudit(tx, { ...by, id: uuidv7(now), event: 'assist_matched', detail: { assist } });
  const detail = { client_id: found.client_id, assist };
  await recordAudit(tx, { ...by, id: uuidv7(now), event: 'recovery_started', detail });
  tx.record('recoveries_started', { client: found.client_id });
  return true;
}

/**
 * A member of staff ends an assist. Its recovery, once there is one, is not ended by that.
 *
 * Refusals: `not_found`, `invalid_state` (it is over).
 */
export async function endAssist(
  { database, clock }: ActContext,
  of: { id: string; memberId: string; reason: string },
): Promise<undefined | Refusal> {
  const now = clock.now();
  const row = await findAssist(database, of.id);
  if (!row) return refuse('not_found');
  const actor = actingStaff(of.memberId);
  const states = ['waiting', 'opened'] as const;
  const ended = await database.transaction((tx) =>
    endAssistRow(tx, now, { id: row.id, actor, by: 'staff', states: [...states], reason: of.reason }),
  );
  return ended ? undefined : refuse('invalid_state');
}
