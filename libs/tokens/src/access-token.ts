import { type Queryable, sql, statement } from '@rekey/database';
import { timeOf, uuidv7 } from '@rekey/kernel';
import type { TokenContext } from './context.js';
import { readToken } from './read-token.js';
import { isSigned, jwtHeader, signJwtOf } from './sign-jwt.js';
import { claimsSeal, splitTokenId } from './token-seal.js';

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

/**
 * @param lifetimeMs how long it is valid
 * @param id the first part of its `jti`, a UUID of version 7
 */
export async function signAccessToken(
  { keys, keyring, clock, issuerUrl, audience }: TokenContext,
  claims: AccessTokenClaims,
  lifetimeMs: number,
  id = uuidv7(clock.now()),
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
  sql`select not exists (select from used_token_ids where jti = any(:ids::text[])) and case when :sid::uuid is null
     then exists (
       select from clients where client_id = :clientId and created_at <= :madeAt::timestamptz
         and (tokens_from is null or tokens_from < :madeAt::timestamptz)
     )
     else s.id is not null
   end as live, s.unused_access_id is not null as unused
   from (select) one left join sessions s on s.id = :sid::uuid and s.ended_at is null and s.expires_at > :now`,
);

const markUsed = statement(
  'session_mark_used',
  sql`update sessions set unused_access_id = null where id = :sid and unused_access_id = :id returning id`,
);

/**
 * Returns true while neither the token nor its session has been ended. A client's own token has no session: it is live until all tokens of
 * its client are ended. The session counts as used from now on: its tokens have reached somebody, so no repeated completion of its
 * recovery replaces them.
 */
export async function isLive(database: Queryable, now: number, token: VerifiedAccessToken): Promise<boolean> {
  const { id, seal } = splitTokenId(token.jti) ?? { id: token.jti };
  const { sid = null, client_id: clientId } = token;
  for (;;) {
    const [row] = await database.query<{ live: boolean; unused: boolean }>(live, {
      // A token whose response was lost is revoked by the first part: the rest of its `jti` is not stored.
      ids: seal === undefined ? [id] : [id, token.jti],
      sid,
      clientId,
      // To the millisecond, unlike `iat`: a token issued within the same second after a revocation must stay valid.
      madeAt: new Date(timeOf(token.jti)),
      now: new Date(now),
    });
    if (!row?.live || !row.unused) return row?.live ?? false;
    const marked = await database.query(markUsed, { sid, id });
    if (marked.length > 0) return true;
    // Another request has used the session, or replaced this token, since we looked.
  }
}

const revoke = statement(
  'access_token_revoke',
  sql`insert into used_token_ids (jti, expires_at) values (:jti, :expiresAt) on conflict do nothing`,
);

/** Revokes a token without a session. */
export const revokeTokenId = (database: Queryable, token: VerifiedAccessToken): Promise<object[]> =>
  database.query(revoke, { jti: token.jti, expiresAt: new Date(token.exp * 1000) });
