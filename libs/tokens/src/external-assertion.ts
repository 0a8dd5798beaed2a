import { outcomeClaims, type RecoveryAssertion } from './assertion.js';
import { type AssertionSigner, signAssertion } from './sign-assertion.js';

/**
 * The type that every server takes: several refuse any other than `JWT`, also where a draft names a better one. Our own
 * issuer does not take it, and a server tells the two assertions apart by `iss`.
 */
const typ = 'JWT';

/**
 * Signs the outcome of a recovery for an authorization server that is not ours: the `assertion` of RFC 7523 §2.1, or the
 * `subject_token` of RFC 8693 §2.1. `sub` is the id of the account as the product has put it,
 * `client_id` the app that began the recovery: the server may bind its tokens to that, if it knows it.
 *
 * @param audience the server's issuer identifier and nothing else: whoever else is named could use it there as well
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
