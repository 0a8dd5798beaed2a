import { isRefused, type Refusal, refuse } from '@rekey/kernel';
import type { IssuerPort, RecoveryContext } from '../context.js';
import type { ClaimedAgain } from './repeat-completion.js';

/**
 * Asks the issuer for a code, and returns the URL that leads a person back to the app with it (RFC 6749 §4.1.2, `iss` by RFC 9207).
 *
 * Refusals: `invalid_state` when no app started the recovery, or when the issuer offers no codes; those of the issuer.
 */
export const redirectTo =
  ({ database, issuerUrl }: RecoveryContext, ask: IssuerPort['exchangeForCode']) =>
  async ({ subject, redirect }: ClaimedAgain): Promise<{ redirectTo: string } | Refusal> => {
    if (!redirect) return refuse('invalid_state', {}, 'no app began this recovery');
    if (!ask) return refuse('invalid_state', {}, 'the issuer gives no codes');
    const exchanged = await ask(subject, redirect, database.trace);
    if (isRefused(exchanged)) return exchanged;
    const url = new URL(redirect.redirectUri);
    url.searchParams.set('code', exchanged.code);
    if (redirect.state !== undefined) url.searchParams.set('state', redirect.state);
    url.searchParams.set('iss', issuerUrl);
    return { redirectTo: url.href };
  };
