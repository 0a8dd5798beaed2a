import { readKnownBrowser } from '@rekey/accounts';
import type { RecoveryContext } from '@rekey/recovery';
import type { Browser } from './browser-state.js';

/** Accounts that one browser is known for: a household has one too. A cookie has no room for many. */
const accountsAtMost = 5;

/** This browser is known for one more account, or anew for the same. */
export function rememberBrowser(
  { keyring, clock }: Pick<RecoveryContext, 'keyring' | 'clock'>,
  browser: Browser,
  deviceToken: string,
): void {
  const accountOf = (token: string) => readKnownBrowser(keyring, token, clock.now())?.generation;
  const account = accountOf(deviceToken);
  const others = browser.knownAs().filter((token) => {
    const other = accountOf(token);
    return other !== undefined && other !== account;
  });
  browser.keepKnownAs([deviceToken, ...others].slice(0, accountsAtMost));
}
