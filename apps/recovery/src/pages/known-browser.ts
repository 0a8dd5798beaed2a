import { readKnownBrowser } from '@rekey/accounts';
import type { Presenter } from './presenter.js';

/** Accounts that one browser is known for: a household has one too. A cookie has no room for many. */
const accountsAtMost = 5;

/** This browser is known for one more account, or anew for the same. */
export function rememberBrowser({ browser, parts: { context } }: Presenter, deviceToken: string): void {
  const accountOf = (token: string) =>
    readKnownBrowser(context.keyring, token, context.clock.now())?.generation;
  const account = accountOf(deviceToken);
  const others = browser.knownAs().filter((token) => {
    const other = accountOf(token);
    return other !== undefined && other !== account;
  });
  browser.setKnownAs([deviceToken, ...others].slice(0, accountsAtMost));
}
