import { setTimeout } from 'node:timers/promises';
import { sql, statement } from '@rekey/database';
import { isRefused, type Refusal, refuse } from '@rekey/kernel';
import { triesPerRecovery } from '@rekey/limits';
import type { RecoveryContext } from '../context.js';
import { lifetimes } from '../lifetimes.js';
import type { RecoveryView } from '../view.js';

/** What became of the attempt that was made first; `{}` while it runs. */
interface Stored {
  outcome?: 'wrong' | 'accepted';
}

const claim = statement(
  'attempt_once_claim',
  sql`insert into idempotent_responses (key, request, recovery_id, response, expires_at)
   select :key::bytea, ''::bytea, id, '{}'::json, :until::timestamptz from recoveries where id = :id
   on conflict (key) do update set response = excluded.response, expires_at = excluded.expires_at
   where idempotent_responses.expires_at <= :now
   returning recovery_id`,
);

const find = statement(
  'attempt_once_find',
  sql`select response, tries from idempotent_responses join recoveries on id = recovery_id
   where key = :key and idempotent_responses.expires_at > :now`,
);

const keep = statement(
  'attempt_once_keep',
  sql`update idempotent_responses set response = :response, expires_at = :until where key = :key`,
);

const release = statement('attempt_once_release', sql`delete from idempotent_responses where key = :key`);

const waitMs = 50;
const waits = 200;

/**
 * An attempt by a form that a browser may send again: by a reload, a step back, a second click or a second tab. Within ten minutes the
 * same value in the same recovery costs one attempt, also when both arrive at once. A wrong value that is offered again gives an attacker
 * nothing, and is not compared again.
 *
 * Nothing of the value is stored. The row has a keyed digest of `form`, and `form` is made with a secret that only the browser has.
 *
 * @param form at least 256 bits that nobody can guess from the value; the same for the same value in the same browser
 * @returns what the attempt returned; `repeated` for one that was accepted before, or that led to something else than right or wrong
 */
export async function attemptOnce(
  context: RecoveryContext,
  { id, form }: { id: string; form: string },
  attempt: () => Promise<RecoveryView | Refusal>,
): Promise<RecoveryView | Refusal | 'repeated'> {
  const { database, keyring, clock } = context;
  const key = keyring.mac('attempt-once', `${id}\0${form}`);
  const at = (ms: number) => new Date(clock.now() + ms);
  for (let waited = 0; waited < waits; waited++) {
    const claimed = await database.query(claim, { key, id, now: at(0), until: at(lifetimes.lease) });
    if (claimed.length > 0) break;
    const [row] = await database.query<{ response: Stored; tries: number }>(find, { key, now: at(0) });
    // Without a row: there is no such recovery, or the first attempt led to neither right nor wrong.
    if (!row) return waited === 0 ? attempt() : 'repeated';
    const { outcome } = row.response;
    if (outcome === 'accepted') return 'repeated';
    if (outcome === 'wrong')
      return refuse('wrong_proof', { tries_left: Math.max(0, triesPerRecovery - row.tries) });
    if (waited === waits - 1) return refuse('unavailable');
    await setTimeout(waitMs);
  }

  let outcome: Stored['outcome'];
  try {
    const result = await attempt();
    if (!isRefused(result)) outcome = 'accepted';
    else if (result.code === 'wrong_proof') outcome = 'wrong';
    return result;
  } finally {
    const response = JSON.stringify({ outcome });
    const stored = outcome
      ? database.query(keep, { key, response, until: at(lifetimes.sameAttempt) })
      : database.query(release, { key });
    // What could not be stored costs a repeat another attempt, and nothing else.
    await stored.catch(() => undefined);
  }
}
