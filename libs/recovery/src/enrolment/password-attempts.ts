import { isKnownBrowser, type KnownBrowser } from '@rekey/accounts';
import { isRefused, type Refusal } from '@rekey/kernel';
import {
  countAttempt,
  type FailureKey,
  failuresById,
  failuresByName,
  failuresInARow,
  forgetFailures,
  tellOfFailures,
} from '@rekey/limits';
import type { ActContext } from '../context.js';
import { noteChange } from '../notice.js';

/** Wrong passwords in a row after which a known browser counts as a stranger. */
const failuresOfABrowser = 20;

/** Whose password is tried: an account that can be signed in to. */
export interface TriedAccount {
  id: string;
  generation: string;
  known_browsers_epoch: number;
}

/** One try that is counted already. */
export interface PasswordAttempt {
  /** Whether the password is compared at all. It is refused as a wrong one otherwise, and after the same work. */
  isLookedAt: boolean;
  /** The try was right: nothing is counted any more. */
  forget(): Promise<unknown>;
  /** The try was wrong. */
  fail(): Promise<void>;
}

/** The browser of the account among those that somebody has shown. */
export const knownAmong = (
  shown: readonly KnownBrowser[],
  account: TriedAccount | undefined,
): KnownBrowser | undefined => account && shown.find((browser) => isKnownBrowser(browser, account));

/** The wrong passwords that an account has met in a row, from wherever it is not known. */
export const accountFailures = (generation: string): FailureKey => failuresById('account', generation);

/**
 * Counts a try of a password before it is looked at (NIST SP 800-63B-4 §3.2.2).
 *
 * From a browser or app in which the account was seen before, tries are counted for that one alone: nobody else can make its owner wait.
 * All others share two counters. The one of the name that was typed makes callers wait, whether there is such an account or not. The
 * one of the account, over all its names, is silent: a wait that another name shows would tell that both are one account. While it
 * waits, and once there were 100 failures in a row, a password is not looked at. Of nobody's name as much is counted.
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
      return { isLookedAt: true, forget: () => forgetFailures(database, own), fail: async () => {} };
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
      await forgetFailures(database, keys);
      if (own) await forgetFailures(database, own);
    },
    fail: async () => {
      if (silent && silent.failures >= failuresInARow && !silent.told)
        await tellOnce(context, keys.silent, account?.id);
    },
  };
}

/** Every address is told, once until there was a success. Of nobody's name it takes the same steps. */
async function tellOnce(
  { database, clock }: ActContext,
  key: FailureKey,
  account: string | undefined,
): Promise<void> {
  await database.transaction(async (tx) => {
    if (!(await tellOfFailures(tx, key))) return;
    const event = 'authenticator_disabled';
    await noteChange(tx, { now: clock.now(), accountId: account, event, change: 'password_limited' });
  });
}
