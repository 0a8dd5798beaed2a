import { setTimeout } from 'node:timers/promises';
import { sql, statement } from '@rekey/database';
import { isRefused, type Keyring, Refusal, type RefusalCode, type RefusalData, refuse } from '@rekey/kernel';
import { triesPerRecovery } from '@rekey/limits';
import type { RecoveryContext } from '../context.js';
import {
  findIdempotentResponse,
  type IdempotentRequest,
  idempotentSecretRequest,
  nothingToStore,
  reserveKey,
  type ValuesToStore,
} from '../idempotency.js';
import { lifetimes } from '../lifetimes.js';
import type { RecoveryView } from '../view.js';
import { rejudge } from './rejudge.js';

type Outcome = RecoveryView | Refusal;

/** The response to an attempt, as it is stored: without the addresses and the number that the view has. */
type StoredOutcome =
  | { view: Omit<RecoveryView, 'addresses' | 'match_number'> }
  | { code: RefusalCode; data: RefusalData };

function storedOutcome(outcome: Outcome): StoredOutcome {
  if (isRefused(outcome)) return { code: outcome.code, data: outcome.data };
  const { addresses: _live, match_number: _derived, ...view } = outcome;
  return { view };
}

/** What an attempt reports that is made once. */
export interface Once {
  /** It has cost a try. */
  spent(): void;
  /** The values for the statement that decides the attempt, which stores its response too: both or neither. */
  decidedBy(outcome: Outcome): ValuesToStore;
}

/** The values for an attempt that may have no key. */
export const valuesToStore = (once: Once | undefined, outcome: Outcome): ValuesToStore =>
  once?.decidedBy(outcome) ?? nothingToStore;

interface Stored {
  stored: StoredOutcome;
}

interface Rules {
  /** Of the stored response, in milliseconds. */
  lifetime: number;
  /** A refusal that has cost a try, and that a repeat gets again. */
  keeps(refused: Refusal): boolean;
}

/**
 * Makes an attempt once per key. A refusal that cost no attempt is not stored, so that a recovery has few responses.
 *
 * Refusals: `not_found`, `idempotency_key_reused`, `invalid_state` with `retry_after` (the first is being processed).
 */
async function reserveAttempt(
  { database, clock }: RecoveryContext,
  id: string,
  request: IdempotentRequest,
  { lifetime, keeps }: Rules,
): Promise<Stored | { run(attempt: (once: Once) => Promise<Outcome>): Promise<Outcome | Stored> } | Refusal> {
  const found = await reserveKey<StoredOutcome>(database, clock.now(), request, { recoveryId: id, lifetime });
  if (found === undefined) return refuse('not_found');
  if (isRefused(found)) return found;
  if ('answer' in found) return { stored: found.answer };
  const { reserved } = found;
  // A reservation that has expired goes to a repeat: both make the attempt, and the one that loses has the response of the one that won.
  const ofTwin = async (): Promise<Stored | undefined> => {
    const kept = await findIdempotentResponse<StoredOutcome | null>(database, clock.now(), request);
    return kept && 'answer' in kept && kept.answer ? { stored: kept.answer } : undefined;
  };
  const run = async (attempt: (once: Once) => Promise<Outcome>): Promise<Outcome | Stored> => {
    let isSpent = false;
    let decided: Outcome | undefined;
    let isStored = false;
    try {
      const outcome = await attempt({
        spent() {
          isSpent = true;
        },
        decidedBy(outcome) {
          decided = outcome;
          return reserved.toStore(storedOutcome(outcome));
        },
      });
      // One that lost after its statement was made up has another outcome than that.
      const isSame = decided !== undefined && isRefused(decided) === isRefused(outcome);
      const isKept = isRefused(outcome) && isSpent && keeps(outcome);
      isStored = isSame || isKept;
      if (isSame) return outcome;
      if (isKept) await reserved.saveRefusal(storedOutcome(outcome));
      return (await ofTwin()) ?? outcome;
    } finally {
      if (!isStored) await reserved.release();
    }
  };
  return { run };
}

/**
 * An attempt by a request with an Idempotency-Key. A repeat gets the same response and costs no attempt, right or wrong. Two at once are
 * one attempt: the second is refused until the first has ended.
 *
 * Refusals: those of the attempt; `idempotency_key_reused`; `invalid_state` (the first is being processed).
 */
export async function proveOnce(
  context: RecoveryContext,
  id: string,
  request: IdempotentRequest,
  attempt: (once: Once) => Promise<Outcome>,
): Promise<Outcome> {
  const rules: Rules = { lifetime: lifetimes.keptAnswer, keeps: () => true };
  const first = await reserveAttempt(context, id, request, rules);
  if (isRefused(first)) return first;
  const outcome = 'run' in first ? await first.run(attempt) : first;
  return 'stored' in outcome ? repeated(context, id, outcome.stored) : outcome;
}

/** While the recovery is where the attempt left it, its view has what is not stored. */
async function repeated(context: RecoveryContext, id: string, stored: StoredOutcome): Promise<Outcome> {
  if (!('view' in stored)) return new Refusal(stored.code, stored.data);
  const live = await rejudge(context, id);
  return live?.state === stored.view.state ? { ...live, ...stored.view } : stored.view;
}

/** Which form says what: at least 256 bits that nobody can guess from the value; the same for the same value in the same browser. */
const formRequest = (keyring: Keyring, id: string, form: string): IdempotentRequest =>
  idempotentSecretRequest(keyring, form, `form\0${id}`, {});

const triesOf = statement('recovery_tries', sql`select tries from recoveries where id = :id`);

const waitMs = 50;
const waits = 200;

/**
 * An attempt by a form that a browser may send again: by a reload, a step back, a second click or a second tab. Within ten minutes the
 * same value in the same recovery costs one attempt, also when both arrive at once: the second waits for the first. A wrong value that is
 * offered again gives an attacker nothing, and is not compared again.
 *
 * Nothing of the value is stored. The row has a keyed digest of `form`, and `form` is made with a secret that only the browser has.
 *
 * @param form see {@link formRequest}
 * @returns what the attempt returned, with the tries that are left now; `repeated` for one that was accepted before
 */
export async function attemptOnce(
  context: RecoveryContext,
  { id, form }: { id: string; form: string },
  attempt: (once: Once) => Promise<Outcome>,
): Promise<Outcome | 'repeated'> {
  const request = formRequest(context.keyring, id, form);
  const rules: Rules = { lifetime: lifetimes.sameAttempt, keeps: ({ code }) => code === 'wrong_proof' };
  for (let waited = 0; ; waited++) {
    const first = await reserveAttempt(context, id, request, rules);
    if (!isRefused(first)) {
      const outcome = 'run' in first ? await first.run(attempt) : first;
      if (!('stored' in outcome)) return outcome;
      return 'view' in outcome.stored ? 'repeated' : wrongAgain(context, id);
    }
    if (!('retry_after' in first.data)) return first;
    if (waited === waits) return refuse('unavailable');
    await setTimeout(waitMs);
  }
}

async function wrongAgain({ database }: RecoveryContext, id: string): Promise<Refusal> {
  const [row] = await database.query<{ tries: number }>(triesOf, { id });
  return refuse('wrong_proof', {
    tries_left: Math.max(0, triesPerRecovery - (row?.tries ?? triesPerRecovery)),
  });
}
