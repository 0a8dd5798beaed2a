import { isKnownBrowser, type KnownBrowser } from '@rekey/accounts';
import { isRefused, type Refusal } from '@rekey/kernel';
import {
  clearFailures,
  countAttempt,
  type FailureKey,
  failuresById,
  failuresByName,
  failuresInARow,
  notifyOfFailures,
} from '@rekey/limits';
import { recordChange } from '@rekey/outbox';
import type { ActContext } from './context.js';

/** Consecutive wrong passwords after which a known browser counts as a stranger. */
const failuresOfABrowser = 20;

/** The account whose password is tried. It can be signed in to. */
export interface TriedAccount {
  id: string;
  generation: string;
  known_browsers_epoch: number;
}

/** One attempt, already counted. */
export interface PasswordAttempt {
  /** Whether the password is compared at all. Otherwise it is refused like a wrong one, after the same work. */
  isLookedAt: boolean;
  /** Called for a right password: clears the count. */
  forget(): Promise<unknown>;
  /** Called for a wrong password. */
  fail(): Promise<void>;
}

/** The account's known browser among those that the caller has shown. */
export const knownAmong = (
  shown: readonly KnownBrowser[],
  account: TriedAccount | undefined,
): KnownBrowser | undefined => account && shown.find((browser) => isKnownBrowser(browser, account));

/** The consecutive wrong passwords of an account, from all browsers that it is not known in. */
export const accountFailures = (generation: string): FailureKey => failuresById('account', generation);

/**
 * Counts a password attempt before the password is compared (NIST SP 800-63B-4 §3.2.2).
 *
 * A browser or app that is known for the account has a counter of its own, so that strangers cannot lock the owner out. All others share
 * two counters. The counter of the typed name makes callers wait, whether or not there is such an account. The counter of the account, over
 * all its names, is silent: a wait that shows at another name would reveal that both are one account. While it waits, and after 100
 * failures in a row, no password is compared. An unknown name is counted in the same way.
 *
 * Refusals: `rate_limited`.
 */
export async function tryPassword(
  context: ActContext,
  of: { name: string; account: TriedAccount | undefined; browser: KnownBrowser | undefined },
): Promise<PasswordAttempt | Refusal> {
  const { database, keyring, clock } = context;
  const { name, account, browser } = of;
  const now = clock.now();
  const own = browser && { shown: failuresById('browser', browser.id) };
  if (own) {
    const counted = await countAttempt(database, now, own);
    if (isRefused(counted)) return counted;
    if (counted.failures <= failuresOfABrowser)
      return { isLookedAt: true, forget: () => clearFailures(database, own), fail: async () => {} };
  }
  const keys = {
    shown: failuresByName(keyring, `name ${name}`),
    silent: account ? accountFailures(account.generation) : failuresByName(keyring, `nobody ${name}`),
  };
  const counted = await countAttempt(database, now, keys);
  if (isRefused(counted)) return counted;
  const { silent } = counted;
  return {
    isLookedAt: silent !== undefined && silent.failures <= failuresInARow,
    async forget() {
      await clearFailures(database, keys);
      if (own) await clearFailures(database, own);
    },
    fail: async () => {
      if (silent && silent.failures >= failuresInARow && !silent.told)
        await tellOnce(context, keys.silent, account?.id);
    },
  };
}

/** Sends a notification to every address, once until the next success. An unknown name takes the same steps. */
async function tellOnce(
  { database, clock }: ActContext,
  key: FailureKey,
  account: string | undefined,
): Promise<void> {
  await database.transaction(async (tx) => {
    if (!(await notifyOfFailures(tx, key))) return;
    const event = 'authenticator_disabled';
    await recordChange(tx, { now: clock.now(), accountId: account, event, change: 'password_limited' });
  });
}
