import { type AuthenticatorView, listAuthenticators, readLevel } from '@rekey/accounts';
import { type Refusal, refuse } from '@rekey/kernel';
import type { VerifiedAccessToken } from '@rekey/tokens';
import type { EnrolmentContext } from './context.js';
import { isStrongEnough } from './lock.js';

/** Seconds since the person last authenticated, at most, before their authenticators may be changed. */
export const maxAuthAgeSeconds = 600;

/**
 * Checks whether a session may change authenticators: it must be fresh, and have the assurance that the account requires (OWASP ASVS 5.0
 * 7.5.1; NIST SP 800-63B-4 §4.1.2). At level 2 the session must have been started with a second factor or by a recovery with two classes: a
 * password alone does not bind the first app of such an account.
 *
 * @returns the authenticators of the account; `step_up_required` otherwise
 */
export async function authenticatorsToChange(
  { database, clock, strongRoles }: Pick<EnrolmentContext, 'database' | 'clock' | 'strongRoles'>,
  bearer: Pick<VerifiedAccessToken, 'sub' | 'auth_time' | 'acr'>,
): Promise<AuthenticatorView[] | Refusal> {
  const level = await readLevel(database, { account: bearer.sub, strongRoles });
  const age = clock.now() / 1000 - (bearer.auth_time ?? 0);
  const isEnough = level !== undefined && isStrongEnough(level, bearer.acr);
  return age <= maxAuthAgeSeconds && isEnough
    ? listAuthenticators(database, bearer.sub, clock.now())
    : refuse('step_up_required');
}
