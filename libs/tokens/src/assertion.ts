import type { Clock } from '@rekey/kernel';
import { newSecret } from '@rekey/kernel';
import { decodeProtectedHeader, errors, jwtVerify, SignJWT } from 'jose';
import type { TokenContext } from './context.js';
import { assertionMs } from './lifetimes.js';
import type { SigningKeys } from './signing-keys.js';

/** What recovery states about a person: who it is, how and when that was proven, and for which client. */
export interface RecoveryAssertion {
  accountId: string;
  recoveryId: string;
  clientId: string;
  acr: string;
  amr: string[];
  provenAt: Date;
}

/**
 * Signs the outcome of a recovery for the issuer: a JWT for one use (`jti`), one audience and a minute. The signature is
 * the client authentication of the exchange (RFC 7521 §4.2 in spirit; RFC 8693 §2.1 `subject_token`).
 */
export async function signRecoveryAssertion(
  {
    keys,
    clock,
    issuerUrl,
    recoveryUrl,
  }: { keys: SigningKeys; clock: Clock; issuerUrl: string; recoveryUrl: string },
  about: RecoveryAssertion,
): Promise<string> {
  const key = await keys.signingKey('recovery_assertion');
  const issuedAt = Math.floor(clock.now() / 1000);
  return new SignJWT({
    recovery_id: about.recoveryId,
    client_id: about.clientId,
    acr: about.acr,
    amr: about.amr,
    auth_time: Math.floor(about.provenAt.getTime() / 1000),
  })
    .setProtectedHeader({ alg: key.alg, typ: 'recovery-assertion+jwt', kid: key.kid })
    .setIssuer(recoveryUrl)
    .setAudience(issuerUrl)
    .setSubject(about.accountId)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + assertionMs / 1000)
    .setJti(newSecret())
    .sign(key.privateKey);
}

export interface VerifiedAssertion extends RecoveryAssertion {
  jti: string;
  expiresAt: Date;
}

/** @returns undefined for anything that recovery has not signed for this issuer within the last minute */
export async function verifyAssertion(
  context: TokenContext,
  token: string,
): Promise<VerifiedAssertion | undefined> {
  const { keys, clock, issuerUrl, recoveryUrl } = context;
  try {
    const key = await keys.verifyingKey('recovery_assertion', decodeProtectedHeader(token).kid);
    if (!key) return undefined;
    const { payload } = await jwtVerify(token, key.publicKey, {
      algorithms: [key.alg],
      typ: 'recovery-assertion+jwt',
      issuer: recoveryUrl,
      audience: issuerUrl,
      currentDate: new Date(clock.now()),
      maxTokenAge: assertionMs / 1000,
      requiredClaims: ['sub', 'jti', 'iat', 'exp', 'recovery_id', 'client_id', 'acr', 'amr', 'auth_time'],
    });
    return {
      accountId: String(payload.sub),
      recoveryId: String(payload.recovery_id),
      clientId: String(payload.client_id),
      acr: String(payload.acr),
      amr: payload.amr as string[],
      provenAt: new Date(Number(payload.auth_time) * 1000),
      jti: String(payload.jti),
      expiresAt: new Date(Number(payload.exp) * 1000),
    };
  } catch (fault) {
    if (fault instanceof errors.JOSEError || fault instanceof TypeError) return undefined;
    throw fault;
  }
}
