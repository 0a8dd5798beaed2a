import { type KnownBrowser, knownBrowserOf, readKnownBrowsers } from '@rekey/accounts';
import { recordAudit } from '@rekey/audit';
import { statement } from '@rekey/database';
import { isRefused, type Refusal, uuidv7 } from '@rekey/kernel';
import { type Guesser, guessingBrowser, guessingNetworks, limited, type WrongGuesses } from '@rekey/limits';
import type { RecoveryContext } from './context.js';
import type { RecoveryView } from './view.js';

/** Where a guess comes from. */
export interface Caller {
  /** IP address. */
  source: string;
  /** What earlier sign-ins and recoveries gave this browser or app, of whichever accounts. */
  deviceTokens?: readonly string[];
}

/**
 * A guess that comes from somewhere: refused before anything is looked at when its network has been wrong too often. Only networks are
 * ever refused so, never an account; and a browser or app in which the account of this recovery is known has tries of its own, whatever
 * its neighbours do.
 *
 * @param caller undefined for one that is no network
 * @param guess gets whom a wrong one is charged to
 * Refusals: `rate_limited`, and those of the guess.
 */
export async function guessFrom(
  context: RecoveryContext,
  recoveryId: string,
  caller: Caller | undefined,
  guess: (guessers: readonly Guesser[]) => Promise<RecoveryView | Refusal>,
): Promise<RecoveryView | Refusal> {
  const { wrongGuesses, clock } = context;
  if (caller === undefined || !wrongGuesses) return guess([]);
  const guessers = await admitted(context, wrongGuesses, recoveryId, caller);
  if (isRefused(guessers)) return guessers;
  let outcome: 'right' | 'wrong' | 'neither' = 'neither';
  try {
    const answer = await guess(guessers);
    outcome = outcomeOf(answer);
    return answer;
  } finally {
    const { spray } = wrongGuesses.settle(guessers, outcome, clock.now());
    if (spray) await tell(context, spray);
  }
}

/** The networks of the caller; where one has used up its wrong guesses, the browser that is known, if it is. */
async function admitted(
  context: RecoveryContext,
  wrongGuesses: WrongGuesses,
  recoveryId: string,
  { source, deviceTokens = [] }: Caller,
): Promise<Guesser[] | Refusal> {
  const { clock, database, keyring } = context;
  const now = clock.now();
  const networks = guessingNetworks(source);
  const over = wrongGuesses.admit(networks, now);
  if (!over) return networks;
  const shown = readKnownBrowsers(keyring, deviceTokens, now);
  const browser = await knownBrowser(context, wrongGuesses, recoveryId, shown);
  if (browser) return [browser];
  database.note('rate_limit_exceeded', { policy: over.policy });
  return limited(over);
}

async function knownBrowser(
  { database, clock }: RecoveryContext,
  wrongGuesses: WrongGuesses,
  recoveryId: string,
  shown: readonly KnownBrowser[],
): Promise<Guesser | undefined> {
  const browsers = shown.map(({ id }) => guessingBrowser(id));
  // Counted before it is looked up: who shows a browser of somebody else's account does not make us look it up for ever.
  if (shown.length === 0 || wrongGuesses.admit(browsers, clock.now())) return undefined;
  const [row] = await database.query<{ browser: string | null }>(knownForRecovery, {
    id: recoveryId,
    shown: JSON.stringify(shown),
  });
  const at = shown.findIndex(({ id }) => id === row?.browser);
  if (at < 0) return undefined;
  wrongGuesses.settle(browsers.toSpliced(at, 1), 'neither', clock.now());
  return browsers[at];
}

const knownForRecovery = statement(
  'recovery_known_for_guess',
  `select ${knownBrowserOf('recoveries.account_id', ':shown::jsonb')} as browser from recoveries where id = :id`,
);

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
  database.note('spray_attacks', {});
  spraySeen?.(spray);
  const event = {
    id: uuidv7(now),
    at: new Date(now),
    event: 'spray_attack_detected',
    actor: 'system',
    detail: spray,
  } as const;
  // The answer does not wait for whether it could be written: metric and log have it.
  await recordAudit(database, event).catch(() => undefined);
}
