import { findAudit } from '@rekey/audit';
import { is256Bits } from '@rekey/kernel';
import type { VerifiedAccessToken } from '../access-token.js';
import type { TokenContext } from '../context.js';
import { type ReadToken, readToken } from '../read-token.js';
import { isSigned, jwtHeader } from '../sign-jwt.js';
import { areClaimsIntact, splitTokenId } from '../token-seal.js';
import { type Cause, causes, type Remedy } from './causes.js';
import {
  endOf,
  endOfClientToken,
  isReplaced,
  type SessionRow,
  sessionById,
  sessionByRefreshToken,
} from './session-state.js';

/** What is known about a token. Nothing here comes from a token that does not verify. Times are RFC 3339. */
export interface Evidence {
  token: 'access_token' | 'refresh_token' | 'other';
  kid?: string;
  account_id?: string;
  client_id?: string;
  session_id?: string;
  recovery_id?: string;
  issued_at?: string;
  expired_at?: string;
  expired_for_seconds?: number;
  revoked_at?: string;
  revoked_by?: string;
  /** The IP from which a retired token was used again. */
  revoked_from?: string;
  audit_id?: string;
}

export interface Diagnosis {
  cause: Cause;
  remedy: Remedy;
  description: string;
  evidence: Evidence;
}

/**
 * Explains why a token is rejected: exactly one cause, the evidence, and one remedy. Claims of an altered token are never shown.
 *
 * @param expected.audience the resource that refused it; the issuer's own audiences when omitted
 */
export async function diagnose(
  context: TokenContext,
  token: string,
  expected: { audience?: string | undefined } = {},
): Promise<Diagnosis> {
  const diagnosis = await findCause(context, token, expected);
  context.database.record('tokens_diagnosed', { cause: diagnosis.cause });
  return diagnosis;
}

async function findCause(
  context: TokenContext,
  token: string,
  expected: { audience?: string | undefined },
): Promise<Diagnosis> {
  if (is256Bits(token)) return ofRefreshToken(context, token);
  const read = readToken(token);
  if (!read) return say('malformed', { token: 'other' });
  const altered = await alteration(context, token, read);
  const key = keyOf(read);
  if ('cause' in altered) return say(altered.cause, { token: 'access_token', ...key });
  return ofAccessToken(context, altered.claims, key, expected);
}

const say = (cause: Cause, evidence: Evidence): Diagnosis => ({ cause, ...causes[cause], evidence });
const kidOf = ({ header }: ReadToken): string | undefined =>
  typeof header.kid === 'string' && header.kid.length <= 64 ? header.kid : undefined;
const keyOf = (read: ReadToken): Pick<Evidence, 'kid'> => {
  const kid = kidOf(read);
  return kid === undefined ? {} : { kid };
};

/** Returns the claims if this issuer signed them unchanged; otherwise what was altered. */
async function alteration(
  context: TokenContext,
  token: string,
  { header, payload }: ReadToken,
): Promise<{ cause: Cause } | { claims: VerifiedAccessToken }> {
  const { keys, keyring } = context;
  const isIntact = (claims: Record<string, unknown> | undefined): boolean => {
    const { jti, ...rest } = claims ?? {};
    const parts = splitTokenId(jti);
    return parts !== undefined && areClaimsIntact(keyring, parts.id, parts.seal, rest);
  };
  const intact = isIntact(payload);
  const key = await keys.verifyingKey('access_token', kidOf({ header, payload }));
  // Our claims under a foreign header: somebody tried another header on them.
  if (key && header.alg !== key.alg) return { cause: intact ? 'header_altered' : 'algorithm_not_allowed' };
  if (!key && !(typeof header.alg === 'string' && /^(ES|RS|PS)(256|384|512)$|^EdDSA$/.test(header.alg)))
    return { cause: 'algorithm_not_allowed' };
  if (!key) return { cause: intact ? 'header_altered' : 'unknown_key' };
  // Time, issuer and audience have causes of their own.
  if (payload && isSigned(key, token))
    return header.typ === 'at+jwt'
      ? { claims: payload as unknown as VerifiedAccessToken }
      : { cause: 'wrong_type' };
  if (!intact) return { cause: 'payload_altered' };
  const isHeaderIntact = token.startsWith(`${jwtHeader(key, 'at+jwt')}.`);
  return { cause: isHeaderIntact ? 'signature_altered' : 'header_altered' };
}

async function ofAccessToken(
  context: TokenContext,
  claims: VerifiedAccessToken,
  key: Pick<Evidence, 'kid'>,
  { audience }: { audience?: string | undefined },
): Promise<Diagnosis> {
  const now = context.clock.now();
  const seconds = Math.floor(now / 1000);
  const at = (value: number) => new Date(value * 1000).toISOString();
  const base: Evidence = {
    token: 'access_token',
    ...key,
    account_id: claims.sub,
    client_id: claims.client_id,
    ...(claims.sid ? { session_id: claims.sid } : {}),
    ...(claims.recovery_id ? { recovery_id: claims.recovery_id } : {}),
    issued_at: at(claims.iat),
  };
  if (claims.iss !== context.issuerUrl) return say('wrong_issuer', base);
  const audiences = [claims.aud].flat();
  const wanted = audience === undefined ? context.audience : [audience];
  if (!wanted.some((one) => audiences.includes(one))) return say('wrong_audience', base);
  if (claims.iat > seconds + 60) return say('not_yet_valid', base);
  const session = claims.sid ? await sessionById(context, claims.sid) : undefined;
  const ended = claims.sid
    ? session
      ? endOf(session, now)
      : 'session_expired'
    : await endOfClientToken(context, claims);
  if (session && ended) return say(ended, { ...base, ...(await endEvidence(context, session, ended)) });
  if (ended) return say(ended, base);
  if (claims.sid && (await isReplaced(context, claims))) return say('retired', base);
  if (claims.exp > seconds) return say('none', base);
  return say('expired', { ...base, expired_at: at(claims.exp), expired_for_seconds: seconds - claims.exp });
}

async function ofRefreshToken(context: TokenContext, token: string): Promise<Diagnosis> {
  const now = context.clock.now();
  const session = await sessionByRefreshToken(context, token);
  if (!session) return say('unknown', { token: 'refresh_token' });
  const base: Evidence = {
    token: 'refresh_token',
    ...(session.account_id === null ? {} : { account_id: session.account_id }),
    client_id: session.client_id,
    session_id: session.id,
    ...(session.recovery_id ? { recovery_id: session.recovery_id } : {}),
    ...(session.issued_at ? { issued_at: session.issued_at.toISOString() } : {}),
  };
  const ended = endOf(session, now);
  if (ended) return say(ended, { ...base, ...(await endEvidence(context, session, ended)) });
  if (!session.replaced_at) return say('none', base);
  const revoked = {
    revoked_at: session.replaced_at.toISOString(),
    revoked_by: `client:${session.client_id}`,
  };
  return say('retired', { ...base, ...revoked });
}

async function endEvidence(
  { database, clock }: TokenContext,
  session: SessionRow,
  cause: Cause,
): Promise<Partial<Evidence>> {
  if (cause === 'session_expired') {
    const expiredFor = Math.floor((clock.now() - session.until.getTime()) / 1000);
    return { expired_at: session.until.toISOString(), expired_for_seconds: expiredFor };
  }
  if (!session.ended_at) return {};
  const audited = await findAudit(database, {
    accountId: session.account_id,
    at: session.ended_at,
    session: session.id,
    behind: session.end_reason === 'stopped' ? 'recovery_stopped' : 'recovery_completed',
  });
  return {
    revoked_at: session.ended_at.toISOString(),
    ...(audited ? { revoked_by: audited.actor, audit_id: audited.id } : {}),
    ...(audited?.source ? { revoked_from: audited.source } : {}),
  };
}
