import { type AuthenticatorView, listAuthenticators } from '@rekey/accounts';
import { type Refusal, refuse } from '@rekey/kernel';
import type { VerifiedAccessToken } from '@rekey/tokens';
import type { ActContext } from '../context.js';

/** How long ago a person may have shown who they are, before their authenticators may be changed. Seconds. */
export const freshFor = 600;

/**
 * Whether a session may change authenticators: it must be fresh, and as strong as what it changes (OWASP ASVS 5.0 7.5.1;
 * NIST SP 800-63B-4 §4.1.2). Where an authenticator app is bound, the session must have come about with it, or by a
 * recovery of two classes.
 *
 * @returns what the account has; `step_up_required` otherwise
 */
export async function authenticatorsToChange(
  { database, clock }: ActContext,
  bearer: Pick<VerifiedAccessToken, 'sub' | 'auth_time' | 'acr'>,
): Promise<AuthenticatorView[] | Refusal> {
  const authenticators = await listAuthenticators(database, bearer.sub);
  const age = clock.now() / 1000 - (bearer.auth_time ?? 0);
  const wantsTwo = authenticators.some(({ kind }) => kind === 'totp');
  const hasTwo = bearer.acr?.endsWith(':aal2') ?? false;
  return age <= freshFor && (hasTwo || !wantsTwo) ? authenticators : refuse('step_up_required');
}
