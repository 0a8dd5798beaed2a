import { type Queryable, sql, statement } from '@rekey/database';
import { timeOf, uuidv7 } from '@rekey/kernel';
import type { TokenContext } from './context.js';
import { readToken } from './read-token.js';
import { isSigned, jwtHeader, signJwtOf } from './sign-jwt.js';
import { claimsSeal } from './token-seal.js';

/** Claims of an access token (RFC 9068 §2.2). */
export interface AccessTokenClaims {
  sub: string;
  client_id: string;
  scope: string;
  /** The session, for a person's token. */
  sid?: string;
  /** Seconds since the epoch. */
  auth_time?: number;
  acr?: string;
  amr?: string[];
  roles?: string[];
  recovery_id?: string;
}

export interface VerifiedAccessToken extends AccessTokenClaims {
  iss: string;
  aud: string | string[];
  jti: string;
  iat: number;
  exp: number;
}

/** @param lifetimeMs how long it is valid */
export async function signAccessToken(
  { keys, keyring, clock, issuerUrl, audience }: TokenContext,
  claims: AccessTokenClaims,
  lifetimeMs: number,
): Promise<string> {
  const key = keys.present('access_token') ?? (await keys.signingKey('access_token'));
  const issuedAt = Math.floor(clock.now() / 1000);
  const json = JSON.stringify({
    ...claims,
    iss: issuerUrl,
    aud: audience.length === 1 ? audience[0] : audience,
    iat: issuedAt,
    exp: issuedAt + Math.floor(lifetimeMs / 1000),
  });
  const id = uuidv7(clock.now());
  const jti = `"jti":"${id}.${claimsSeal(keyring, id, json)}"`;
  return signJwtOf(key, 'at+jwt', `${json.slice(0, -1)},${jti}}`);
}

/**
 * Verifies header, signature, issuer and time (RFC 9068 §4). Our own tokens have, byte for byte, the header that their key writes: nothing
 * in a token decides how it is verified. Revocation is checked separately.
 */
export async function verifyAccessToken(
  {
    keys,
    clock,
    issuerUrl,
  }: Pick<TokenContext, 'clock' | 'issuerUrl'> & {
    keys: Pick<TokenContext['keys'], 'verifyingKey'>;
  },
  token: string,
): Promise<VerifiedAccessToken | undefined> {
  const read = readToken(token);
  const key = read && (await keys.verifyingKey('access_token', read.header.kid));
  if (!key || !token.startsWith(`${jwtHeader(key, 'at+jwt')}.`) || !isSigned(key, token)) return undefined;
  // `nbf` is no claim of ours, so it is not judged but refused.
  const { iss, iat, exp, nbf } = read.payload ?? {};
  const hasOurShape =
    iss === issuerUrl && typeof iat === 'number' && typeof exp === 'number' && nbf === undefined;
  const isIssuedHere = hasOurShape && exp > Math.floor(clock.now() / 1000);
  return isIssuedHere ? (read.payload as unknown as VerifiedAccessToken) : undefined;
}

const live = statement(
  'access_token_live',
  sql`select not exists (select from used_token_ids where jti = :jti) and case when :sid::uuid is null
     then exists (
       select from clients where client_id = :clientId and created_at <= :madeAt::timestamptz
         and (tokens_from is null or tokens_from < :madeAt::timestamptz)
     )
     else exists (select from sessions where id = :sid and ended_at is null and expires_at > :now)
   end as live`,
);

/**
 * Returns true while neither the token nor its session has been ended. A client's own token has no session: it is live until all tokens of
 * its client are ended.
 */
export async function isLive(database: Queryable, now: number, token: VerifiedAccessToken): Promise<boolean> {
  const [row] = await database.query<{ live: boolean }>(live, {
    jti: token.jti,
    sid: token.sid ?? null,
    clientId: token.client_id,
    // To the millisecond, unlike `iat`: a token issued within the same second after a revocation must stay valid.
    madeAt: new Date(timeOf(token.jti)),
    now: new Date(now),
  });
  return row?.live ?? false;
}

const revoke = statement(
  'access_token_revoke',
  sql`insert into used_token_ids (jti, expires_at) values (:jti, :expiresAt) on conflict do nothing`,
);

/** Revokes a token without a session. */
export const revokeTokenId = (database: Queryable, token: VerifiedAccessToken): Promise<object[]> =>
  database.query(revoke, { jti: token.jti, expiresAt: new Date(token.exp * 1000) });
