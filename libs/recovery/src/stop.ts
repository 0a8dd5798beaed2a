import { accountSubject, giveBackSuspended, holdAccount, removeAuthenticatorsBoundBy } from '@rekey/accounts';
import { auditInsert } from '@rekey/audit';
import { statement, type Transaction } from '@rekey/database';
import { type Keyring, type Refusal, refuse, uuidv7 } from '@rekey/kernel';
import { revokeFamiliesOfRecovery } from '@rekey/tokens';
import { readStopToken, readUndoToken } from './bearer.js';
import { wiped } from './cancel.js';
import type { RecoveryContext } from './context.js';
import { takePasswordBack } from './former-password.js';
import { sqlStates, stateAfter, statesBefore } from './moves.js';
import { noteChange } from './notice.js';
import { undoBinding } from './undo-binding.js';

export interface Stopped {
  /** It had already led to credentials; they are revoked. */
  wasSettled: boolean;
  /** What became of the password that it had set or ended. */
  password?: Awaited<ReturnType<typeof takePasswordBack>>;
  /** It was no recovery but something that was bound: removed now, or gone before or no longer to be undone. */
  wasBinding?: 'undone' | 'gone';
}

/** What a token of a "not me" link is about; undefined for one that is not ours or has run out. */
export function aboutWhat(
  { keyring, clock }: RecoveryContext,
  token: string,
): 'recovery' | 'binding' | undefined {
  if (readStopToken(keyring, token, clock.now()) !== undefined) return 'recovery';
  return readUndoToken(keyring, token, clock.now()) === undefined ? undefined : 'binding';
}

const whose = statement(
  'recovery_stop_whose',
  'select account_id from recoveries where id = :id and account_id is not null',
);

const stop = statement(
  'recovery_stop',
  `with before as (
     select id, state, settled_at, account_id, generation, password_set from recoveries where id = :id for update
   ), ended as (
     update recoveries r set state = '${stateAfter('stop')}', ended_at = coalesce(r.ended_at, :now::timestamptz), lease_id = null, ${wiped}
     from before
     where r.id = before.id and before.state in (${sqlStates(statesBefore('stop'))})
     returning r.id, r.account_id
   ), silenced as (
     update messages set state = 'dropped', reason = 'ended'
     from ended where messages.recovery_id = ended.id and messages.state = 'queued' and messages.kind = 'recovery_code'
   ), noted as (
     ${auditInsert}
     select :auditId::uuid, :now::timestamptz, 'recovery_stopped', 'person', account_id, id, '{"by": "stop_link"}'::jsonb from ended
   )
   select settled_at, password_set, (select id from (${accountSubject('before.account_id', 'before.generation')}) owner) as account_id, exists (select from ended) as ended from before`,
);

/**
 * "This was not me": ends the recovery; if it had settled, takes back all it has led to: every session of it, refreshed or
 * not, the password it set with the sessions that this opened, and the authenticators that any of them bound. Saying it twice is as good as once.
 *
 * Refusals: `not_found` for a token that is not ours, has run out, or whose recovery is no longer kept.
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
    const values = { id, now: new Date(now), auditId: uuidv7(now) };
    const [of] = await tx.query<{ account_id: string }>(whose, { id });
    if (of) await holdAccount(tx, of.account_id);
    const [row] = await tx.query<StoppedRow>(stop, values);
    if (!row) return refuse('not_found');
    // Also when it had not settled: an attempt that is at the issuer right now must not leave anything behind.
    const wasSettled = row.settled_at !== null;
    if (row.ended) {
      const password = await takeBack(tx, keyring, id, row, now);
      tx.note('recoveries_stopped', { by: 'stop_link', settled: wasSettled ? 'yes' : 'no' });
      return { wasSettled, password };
    }
    return { wasSettled };
  });
}

interface StoppedRow {
  settled_at: Date | null;
  account_id: string | null;
  password_set: boolean | null;
  ended: boolean;
}

async function takeBack(
  tx: Transaction,
  keyring: Keyring,
  recoveryId: string,
  row: StoppedRow,
  now: number,
): ReturnType<typeof takePasswordBack> {
  const at = new Date(now);
  const { account_id: account, settled_at: since } = row;
  const end = (accountId?: string) =>
    revokeFamiliesOfRecovery(tx, {
      recoveryId,
      at,
      password: accountId && since ? { accountId, since } : undefined,
    });
  if (!account) {
    await end();
    return 'untouched';
  }
  const password = await takePasswordBack(tx, keyring, { account, recoveries: [recoveryId], at });
  const sessions = await end(password !== 'untouched' || row.password_set ? account : undefined);
  await giveBackSuspended(tx, recoveryId);
  const event = 'authenticator_removed';
  for (const kind of await removeAuthenticatorsBoundBy(tx, { account, sessions }))
    await noteChange(tx, { now, accountId: account, event, change: `${kind}_removed` });
  return password;
}
