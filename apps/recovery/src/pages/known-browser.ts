import { readKnownBrowser } from '@rekey/accounts';
import type { Caller } from '@rekey/recovery';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { BrowserState } from './browser-state.js';
import type { PageParts } from './parts.js';

/** Accounts that one browser is known for: a household has one too. A cookie has no room for many. */
const accountsAtMost = 5;

/** This browser is known for one more account, or anew for the same. */
export function rememberBrowser(
  { browser, context: { keyring, clock } }: PageParts,
  reply: FastifyReply,
  deviceToken: string,
): void {
  const accountOf = (token: string) => readKnownBrowser(keyring, token, clock.now())?.generation;
  const account = accountOf(deviceToken);
  const others = browser.knownAs(reply.request).filter((token) => {
    const other = accountOf(token);
    return other !== undefined && other !== account;
  });
  browser.keepKnownAs(reply, [deviceToken, ...others].slice(0, accountsAtMost));
}

/** Whom a guess on a page comes from. */
export const callerOf = (browser: BrowserState, request: FastifyRequest): Caller => ({
  source: request.ip,
  deviceTokens: browser.knownAs(request),
});
