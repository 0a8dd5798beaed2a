import { sql, statement } from '@rekey/database';
import { isLive, revokeTokenId, type VerifiedAccessToken, verifyAccessToken } from './access-token.js';
import type { Client } from './clients.js';
import type { TokenContext } from './context.js';
import { endSession } from './end-sessions.js';
import { type OAuthRefusal, oauthRefuse } from './oauth-refusal.js';
import { refreshDigests, untilOf } from './sessions.js';

const findRefresh = statement(
  'refresh_token_find',
  sql`select s.id, s.account_id, s.client_id, s.scope, s.created_at, t.replaced_at is null and s.ended_at is null
     and ${untilOf(sql`s`)} > :now as live, ${untilOf(sql`s`)} as until, s.unused_access_id is not null as unused
   from refresh_tokens t join sessions s on s.id = t.session_id where t.digest = any(:digests::bytea[])`,
);

interface FoundRefresh {
  id: string;
  account_id: string;
  client_id: string;
  scope: string;
  created_at: Date;
  live: boolean;
  until: Date;
  /** Nobody has shown a token of its session yet. */
  unused: boolean;
}

const markUsedBy = statement(
  'session_mark_used_by_refresh_token',
  sql`update sessions s set unused_access_id = null from refresh_tokens t
   where t.digest = any(:digests::bytea[]) and s.id = t.session_id`,
);

const isRefreshToken = (token: string): boolean => /^[\w-]{43}$/.test(token);

async function findRefreshToken(context: TokenContext, token: string): Promise<FoundRefresh | undefined> {
  if (!isRefreshToken(token)) return undefined;
  const digests = refreshDigests(context.keyring, token);
  const [row] = await context.database.query<FoundRefresh>(findRefresh, {
    digests,
    now: new Date(context.clock.now()),
  });
  // Its response was received, so no repeated completion of the recovery replaces it.
  if (row?.unused) await context.database.query(markUsedBy, { digests });
  return row;
}

/** RFC 7662 §2.2. Only `active: false` for any token that is not valid right now. */
export type Introspection =
  | { active: false }
  | ({ active: true; token_type: string } & Record<string, unknown>);

/**
 * Introspects access tokens and refresh tokens alike; both are inactive from the moment their session ends. Any resource server may ask
 * about an access token. Only its own client, and clients that may read tokens, may ask about a refresh token; for others it is inactive
 * (RFC 7662 §2.2 and §4).
 */
export async function introspect(
  context: TokenContext,
  client: Client,
  token: string,
): Promise<Introspection> {
  const found = await stateOf(context, client, token);
  const answer = found.active ? 'active' : 'inactive';
  context.database.record('tokens_introspected', { outcome: answer, client: client.client_id });
  return found;
}

async function stateOf(context: TokenContext, client: Client, token: string): Promise<Introspection> {
  const access = await verifyAccessToken(context, token);
  if (access) {
    if (!(await isLive(context.database, context.clock.now(), access))) return { active: false };
    return { active: true, token_type: 'Bearer', ...access };
  }
  const found = await findRefreshToken(context, token);
  const isTheirs = found?.client_id === client.client_id || client.scopes.includes('tokens:read');
  if (!found?.live || !isTheirs) return { active: false };
  return {
    active: true,
    token_type: 'refresh_token',
    sub: found.account_id,
    client_id: found.client_id,
    scope: found.scope,
    iss: context.issuerUrl,
    sid: found.id,
    iat: Math.floor(found.created_at.getTime() / 1000),
    exp: Math.floor(found.until.getTime() / 1000),
  };
}

/**
 * RFC 7009: ends the session that the token belongs to, whichever of its tokens it is. An unknown token gives the same response as a
 * revoked one.
 *
 * Refusals: `invalid_grant`, for a token of another client (§2.1, in the words of RFC 6749 §5.2). A caller who forgot to name their client
 * must not believe that the token is dead. The refusal reveals no more than the token itself.
 */
export async function revoke(
  context: TokenContext,
  client: Client,
  token: string,
): Promise<OAuthRefusal | undefined> {
  const at = new Date(context.clock.now());
  const access = await verifyAccessToken(context, token);
  const found = access ?? (await findRefreshToken(context, token));
  if (!found) return undefined;
  if (found.client_id !== client.client_id)
    return oauthRefuse('invalid_grant', 'the token was issued to another client');
  const session = access ? access.sid : (found as FoundRefresh).id;
  const actor = `client:${client.client_id}`;
  if (session)
    await endSession(context.database, { id: session, accountId: null, at, reason: 'revoked', actor });
  else if (access) await revokeTokenId(context.database, access);
  return undefined;
}

/** Returns a bearer token's claims if it is valid right now, session included; otherwise undefined. */
export async function authenticateBearer(
  context: TokenContext,
  token: string,
): Promise<VerifiedAccessToken | undefined> {
  const { database, clock } = context;
  const access = await verifyAccessToken(context, token);
  const isGood = access !== undefined && (await isLive(database, clock.now(), access));
  database.record('tokens_verified', { outcome: isGood ? 'valid' : access ? 'ended' : 'invalid' });
  return isGood ? access : undefined;
}
