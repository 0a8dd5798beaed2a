import { type Clock, newSecret } from '@rekey/kernel';
import { assertionMs } from './lifetimes.js';
import { signJwt } from './sign-jwt.js';
import type { SigningKeys } from './signing-keys.js';

/** What recovery needs to sign. */
export interface AssertionSigner {
  keys: SigningKeys;
  clock: Clock;
}

/** Signs a JWT with recovery's current key, for one use (`jti`), one audience and one minute. */
export async function signAssertion(
  { keys, clock }: AssertionSigner,
  typ: string,
  claims: { iss: string; sub: string; aud: string; [claim: string]: unknown },
): Promise<string> {
  const key = await keys.signingKey('recovery_assertion');
  const issuedAt = Math.floor(clock.now() / 1000);
  const more = { jti: newSecret(), iat: issuedAt, exp: issuedAt + assertionMs / 1000 };
  return signJwt(key, typ, { ...claims, ...more });
}
