import { outcomeClaims, type RecoveryAssertion } from './assertion.js';
import { type AssertionSigner, signAssertion } from './sign-assertion.js';

/**
 * The type that every server accepts: several refuse any other than `JWT`, even where a draft names a better one. Our own issuer does not
 * accept it, and a server tells the two assertions apart by `iss`.
 */
const typ = 'JWT';

/**
 * Signs the outcome of a recovery for an external authorization server: the `assertion` of RFC 7523 §2.1, or the `subject_token` of RFC
 * 8693 §2.1. `sub` is the id of the account as the product has set it. `client_id` is the app that started the recovery; a server that
 * knows it may bind its tokens to it.
 *
 * @param audience only the server's issuer identifier: any other party named here could replay the assertion there
 */
export function signOutcome(
  context: AssertionSigner & { recoveryUrl: string },
  audience: string,
  about: Omit<RecoveryAssertion, 'basis'>,
): Promise<string> {
  return signAssertion(context, typ, { iss: context.recoveryUrl, aud: audience, ...outcomeClaims(about) });
}

/** Signs the `client_assertion` of `private_key_jwt` (RFC 7523 §2.2). */
export function signClientAssertion(
  context: AssertionSigner,
  audience: string,
  clientId: string,
): Promise<string> {
  return signAssertion(context, typ, { iss: clientId, sub: clientId, aud: audience });
}
