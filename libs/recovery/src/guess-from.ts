import { recordAudit } from '@rekey/audit';
import { isRefused, type Refusal, uuidv7 } from '@rekey/kernel';
import { guessingNetworks, limited } from '@rekey/limits';
import type { RecoveryContext } from './context.js';
import type { RecoveryView } from './view.js';

/**
 * A guess that comes from somewhere: refused before anything is looked at when its network has been wrong too often. Only networks are
 * ever refused so, never an account.
 *
 * @param source IP address of the caller; undefined for a caller that is no network
 * Refusals: `rate_limited`, and those of the guess.
 */
export async function guessFrom(
  context: RecoveryContext,
  source: string | undefined,
  guess: () => Promise<RecoveryView | Refusal>,
): Promise<RecoveryView | Refusal> {
  const { wrongGuesses, clock, database } = context;
  if (source === undefined || !wrongGuesses) return guess();
  const networks = guessingNetworks(source);
  const over = wrongGuesses.admit(networks, clock.now());
  if (over) {
    database.note('limits_hit', { policy: over.policy });
    return limited(over);
  }
  let outcome: 'right' | 'wrong' | 'neither' = 'neither';
  try {
    const answer = await guess();
    outcome = outcomeOf(answer);
    return answer;
  } finally {
    const { spray } = wrongGuesses.settle(networks, outcome, clock.now());
    if (spray) await tell(context, spray);
  }
}

function outcomeOf(answer: RecoveryView | Refusal): 'right' | 'wrong' | 'neither' {
  if (!isRefused(answer)) return 'right';
  return answer.code === 'wrong_proof' ? 'wrong' : 'neither';
}

/** Many accounts may be guessed at, a little each. It is told and locks nobody out: a lock of all would be a stranger's switch. */
async function tell(
  { database, clock, spraySeen }: RecoveryContext,
  spray: { wrong: number; right: number },
): Promise<void> {
  const now = clock.now();
  database.note('guess_sprays', {});
  spraySeen?.(spray);
  const event = {
    id: uuidv7(now),
    at: new Date(now),
    event: 'guess_spray_seen',
    actor: 'system',
    detail: spray,
  } as const;
  // The answer does not wait for whether it could be written: metric and log have it.
  await recordAudit(database, event).catch(() => undefined);
}
