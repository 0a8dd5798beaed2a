import { type KnownBrowser, knownBrowserOf, readKnownBrowsers } from '@rekey/accounts';
import { recordAudit } from '@rekey/audit';
import { sql, statement } from '@rekey/database';
import { isRefused, type Refusal, uuidv7 } from '@rekey/kernel';
import {
  type AttemptSource,
  attemptingBrowser,
  attemptingNetworks,
  type FailuresByNetwork,
  limited,
} from '@rekey/limits';
import type { RecoveryContext } from '../context.js';
import type { RecoveryView } from '../view.js';

/** Where an attempt comes from. */
export interface AttemptCaller {
  /** IP address. */
  source: string;
  /** Tokens of known browsers from earlier sign-ins and recoveries, of any account. */
  deviceTokens?: readonly string[];
}

/**
 * Runs an attempt, or refuses it before any comparison when its network has made too many wrong ones. Only networks are refused in this
 * way, never an account. A browser or app that is known for the account of this recovery has its own count, whatever its neighbours do.
 *
 * Refusals: `rate_limited`, and those of the attempt.
 *
 * @param caller undefined for a caller without a network
 * @param guess gets the counters that a wrong attempt is charged to
 */
export async function attemptFrom(
  context: RecoveryContext,
  recoveryId: string,
  caller: AttemptCaller | undefined,
  guess: (sources: readonly AttemptSource[]) => Promise<RecoveryView | Refusal>,
): Promise<RecoveryView | Refusal> {
  const { failuresByNetwork, clock } = context;
  if (caller === undefined || !failuresByNetwork) return guess([]);
  const sources = await admitted(context, failuresByNetwork, recoveryId, caller);
  if (isRefused(sources)) return sources;
  let outcome: 'right' | 'wrong' | 'neither' = 'neither';
  try {
    const answer = await guess(sources);
    outcome = outcomeOf(answer);
    return answer;
  } finally {
    const { spray } = failuresByNetwork.resolve(sources, outcome, clock.now());
    if (spray) await tell(context, spray);
  }
}

/** Returns the networks of the caller. When one of them has used up its wrong attempts, returns the known browser, if there is one. */
async function admitted(
  context: RecoveryContext,
  wrongGuesses: FailuresByNetwork,
  recoveryId: string,
  { source, deviceTokens = [] }: AttemptCaller,
): Promise<AttemptSource[] | Refusal> {
  const { clock, database, keyring } = context;
  const now = clock.now();
  const networks = attemptingNetworks(source);
  const over = wrongGuesses.admit(networks, now);
  if (!over) return networks;
  const shown = readKnownBrowsers(keyring, deviceTokens, now);
  const browser = await knownBrowser(context, wrongGuesses, recoveryId, shown);
  if (browser) return [browser];
  database.record('rate_limit_exceeded', { policy: over.policy });
  return limited(over);
}

async function knownBrowser(
  { database, clock }: RecoveryContext,
  wrongGuesses: FailuresByNetwork,
  recoveryId: string,
  shown: readonly KnownBrowser[],
): Promise<AttemptSource | undefined> {
  const browsers = shown.map(({ id }) => attemptingBrowser(id));
  // Counted before the lookup: a person who shows the token of another account's browser cannot cause lookups without end.
  if (shown.length === 0 || wrongGuesses.admit(browsers, clock.now())) return undefined;
  const [row] = await database.query<{ browser: string | null }>(knownForRecovery, {
    id: recoveryId,
    shown: JSON.stringify(shown),
  });
  const at = shown.findIndex(({ id }) => id === row?.browser);
  if (at < 0) return undefined;
  wrongGuesses.resolve(browsers.toSpliced(at, 1), 'neither', clock.now());
  return browsers[at];
}

const knownForRecovery = statement(
  'recovery_known_for_attempt',
  sql`select ${knownBrowserOf(sql`recoveries.account_id`, sql`:shown::jsonb`)} as browser from recoveries where id = :id`,
);

function outcomeOf(answer: RecoveryView | Refusal): 'right' | 'wrong' | 'neither' {
  if (!isRefused(answer)) return 'right';
  return answer.code === 'wrong_proof' ? 'wrong' : 'neither';
}

/**
 * Reports that many accounts may be under attack, with few attempts each. It locks nobody out: a lock for everyone would give strangers an
 * off switch.
 */
async function tell(
  { database, clock, onSpray }: RecoveryContext,
  spray: { wrong: number; right: number },
): Promise<void> {
  const now = clock.now();
  database.record('spray_attacks', {});
  onSpray?.(spray);
  const event = {
    id: uuidv7(now),
    at: new Date(now),
    event: 'spray_attack_detected',
    actor: 'system',
    detail: spray,
  } as const;
  // The response does not depend on whether this could be written: metric and log have it.
  await recordAudit(database, event).catch(() => undefined);
}
