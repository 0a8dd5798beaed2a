import type { Queryable } from '@rekey/database';
import { isRefused, Refusal, type RefusalCode, type RefusalData, refuse } from '@rekey/kernel';
import type { RecoveryContext } from '../context.js';
import { type IdempotentRequest, reserveKey } from '../idempotency.js';
import type { RecoveryView } from '../view.js';
import { rejudge } from './rejudge.js';

/** The response to an attempt, as it is stored: without the addresses and the number that the view has. */
type StoredOutcome =
  | { view: Omit<RecoveryView, 'addresses' | 'match_number'> }
  | { code: RefusalCode; data: RefusalData };

/** What an attempt reports that is made once. */
export interface Once {
  /** It has cost a try. */
  spent(): void;
  /** Stores its response in the transaction that accepts it. */
  save(tx: Queryable, view: RecoveryView): Promise<void>;
}

/**
 * Makes an attempt once per key. A repeat gets the same response and costs no attempt, right or wrong. Two at once are one attempt: the
 * second is refused until the first has ended. A refusal that cost no attempt is not stored, so that a recovery has few responses.
 *
 * Refusals: those of the attempt; `idempotency_key_reused`; `invalid_state` (the first is being processed).
 */
export async function proveOnce(
  context: RecoveryContext,
  id: string,
  request: IdempotentRequest | undefined,
  attempt: (once?: Once) => Promise<RecoveryView | Refusal>,
): Promise<RecoveryView | Refusal> {
  if (!request) return attempt();
  const { database, clock } = context;
  const found = await reserveKey<StoredOutcome>(database, clock.now(), request, id);
  if (found === undefined) return refuse('not_found');
  if (isRefused(found)) return found;
  if ('answer' in found) return repeated(context, id, found.answer);
  const { reserved } = found;
  let isSpent = false;
  let isStored = false;
  try {
    const outcome = await attempt({
      spent() {
        isSpent = true;
      },
      save: (tx, { addresses: _live, match_number: _derived, ...view }) => reserved.save(tx, { view }),
    });
    if (isRefused(outcome) && isSpent)
      await reserved.saveRefusal(database, { code: outcome.code, data: outcome.data });
    isStored = isSpent;
    return outcome;
  } finally {
    if (!isStored) await reserved.release();
  }
}

/** While the recovery is where the attempt left it, its view has what is not stored. */
async function repeated(
  context: RecoveryContext,
  id: string,
  stored: StoredOutcome,
): Promise<RecoveryView | Refusal> {
  if (!('view' in stored)) return new Refusal(stored.code, stored.data);
  const live = await rejudge(context, id);
  return live?.state === stored.view.state ? { ...live, ...stored.view } : stored.view;
}
