import { type AuthenticatorView, listAuthenticators, readLevel } from '@rekey/accounts';
import { type Refusal, refuse } from '@rekey/kernel';
import type { VerifiedAccessToken } from '@rekey/tokens';
import type { EnrolmentContext } from './context.js';
import { isStrongEnough } from './hold.js';

/** How long ago a person may have shown who they are, before their authenticators may be changed. Seconds. */
export const freshFor = 600;

/**
 * Whether a session may change authenticators: it must be fresh, and as strong as the account asks for (OWASP ASVS 5.0 7.5.1;
 * NIST SP 800-63B-4 §4.1.2). Where that is level 2, the session must have come about with a second factor, or by a recovery of two
 * classes: a password alone does not bind the first app of such an account.
 *
 * @returns what the account has; `step_up_required` otherwise
 */
export async function authenticatorsToChange(
  { database, clock, strongRoles }: EnrolmentContext,
  bearer: Pick<VerifiedAccessToken, 'sub' | 'auth_time' | 'acr'>,
): Promise<AuthenticatorView[] | Refusal> {
  const level = await readLevel(database, { account: bearer.sub, strongRoles });
  const age = clock.now() / 1000 - (bearer.auth_time ?? 0);
  const isEnough = level !== undefined && isStrongEnough(level, bearer.acr);
  return age <= freshFor && isEnough ? listAuthenticators(database, bearer.sub) : refuse('step_up_required');
}
