import { decodeProtectedHeader, errors, jwtVerify } from 'jose';
import { z } from 'zod';
import type { TokenContext } from './context.js';
import { assertionMs } from './lifetimes.js';
import { type AssertionSigner, signAssertion } from './sign-assertion.js';

const ownType = 'recovery-assertion+jwt';
/** A type of its own: an issuer of the release before refuses it, and would otherwise open another session. */
const repeatType = 'recovery-repeat-assertion+jwt';

/** What recovery asserts about a person: who it is, how and when that was proven, and for which client. */
export interface RecoveryAssertion {
  accountId: string;
  recoveryId: string;
  clientId: string;
  acr: string;
  amr: string[];
  provenAt: Date;
  basis: EvidenceBasis;
}

/** What an outcome is based on, so that it can be judged again when it is used. */
export interface EvidenceBasis {
  /** Of the account. */
  generation: string;
  /** The authenticators of the proofs, as libs/accounts names them. */
  authenticators: string[];
  /** The time of the oldest proof. */
  since: Date;
}

/** The claims of an assertion that say who proved what, and for which client. */
export const outcomeClaims = (about: Omit<RecoveryAssertion, 'basis'>) => ({
  sub: about.accountId,
  client_id: about.clientId,
  recovery_id: about.recoveryId,
  acr: about.acr,
  amr: about.amr,
  auth_time: Math.floor(about.provenAt.getTime() / 1000),
});

/**
 * Signs the outcome of a recovery for our issuer. The signature authenticates the client of the exchange (RFC 7521 §4.2 in spirit; RFC 8693
 * §2.1 `subject_token`).
 *
 * @param about.isRepeat it was asserted before, and the response was lost: see {@link reissueTokens}
 */
export async function signRecoveryAssertion(
  context: AssertionSigner & { issuerUrl: string; recoveryUrl: string },
  about: RecoveryAssertion & { isRepeat?: boolean },
): Promise<string> {
  const { recoveryUrl: iss, issuerUrl: aud } = context;
  const { generation, authenticators, since } = about.basis;
  const basis = { generation, authenticators, since: since.getTime() };
  return signAssertion(context, about.isRepeat ? repeatType : ownType, {
    iss,
    aud,
    ...outcomeClaims(about),
    basis,
  });
}

/** The claim `basis`; `since` is in milliseconds, which no NumericDate is. */
const basisClaim = z.object({
  generation: z.uuid(),
  authenticators: z.array(z.string().regex(/^[\da-f-]{36}(:\d{1,9})?$/)).min(1),
  since: z.number().transform((ms) => new Date(ms)),
});

export interface VerifiedAssertion extends RecoveryAssertion {
  jti: string;
  expiresAt: Date;
  isRepeat: boolean;
}

/** @returns undefined for anything that recovery has not signed for this issuer within the last minute */
export async function verifyAssertion(
  context: TokenContext,
  token: string,
): Promise<VerifiedAssertion | undefined> {
  const { keys, clock, issuerUrl, recoveryUrl } = context;
  try {
    const { kid, typ } = decodeProtectedHeader(token);
    const key = await keys.verifyingKey('recovery_assertion', kid);
    if (!key) return undefined;
    const isRepeat = typ === repeatType;
    const { payload } = await jwtVerify(token, key.publicKey, {
      algorithms: [key.alg],
      typ: isRepeat ? repeatType : ownType,
      issuer: recoveryUrl,
      audience: issuerUrl,
      currentDate: new Date(clock.now()),
      maxTokenAge: assertionMs / 1000,
      requiredClaims: [
        'sub',
        'jti',
        'iat',
        'exp',
        'recovery_id',
        'client_id',
        'acr',
        'amr',
        'auth_time',
        'basis',
      ],
    });
    const basis = basisClaim.safeParse(payload.basis);
    if (!basis.success) return undefined;
    return {
      basis: basis.data,
      accountId: String(payload.sub),
      recoveryId: String(payload.recovery_id),
      clientId: String(payload.client_id),
      acr: String(payload.acr),
      amr: payload.amr as string[],
      provenAt: new Date(Number(payload.auth_time) * 1000),
      jti: String(payload.jti),
      expiresAt: new Date(Number(payload.exp) * 1000),
      isRepeat,
    };
  } catch (fault) {
    if (fault instanceof errors.JOSEError || fault instanceof TypeError) return undefined;
    throw fault;
  }
}
