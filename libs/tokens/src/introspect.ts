import { statement } from '@rekey/database';
import { isLive, revokeTokenId, type VerifiedAccessToken, verifyAccessToken } from './access-token.js';
import type { Client } from './clients.js';
import type { TokenContext } from './context.js';
import { endFamily } from './end-sessions.js';
import { refreshDigests } from './families.js';

const findRefresh = statement(
  'refresh_token_find',
  `select f.id, f.account_id, f.client_id, f.scope, f.created_at, t.replaced_at is null and f.ended_at is null
     and least(f.idle_expires_at, f.expires_at) > :now as live, least(f.idle_expires_at, f.expires_at) as until
   from refresh_tokens t join token_families f on f.id = t.family_id where t.digest = any(:digests::bytea[])`,
);

interface FoundRefresh {
  id: string;
  account_id: string;
  client_id: string;
  scope: string;
  created_at: Date;
  live: boolean;
  until: Date;
}

const isRefreshToken = (token: string): boolean => /^[\w-]{43}$/.test(token);

async function findRefreshToken(context: TokenContext, token: string): Promise<FoundRefresh | undefined> {
  if (!isRefreshToken(token)) return undefined;
  const digests = refreshDigests(context.keyring, token);
  const [row] = await context.database.query<FoundRefresh>(findRefresh, {
    digests,
    now: new Date(context.clock.now()),
  });
  return row;
}

/** RFC 7662 §2.2. `active: false` and nothing else for whatever is not good right now. */
export type Introspection =
  | { active: false }
  | ({ active: true; token_type: string } & Record<string, unknown>);

/** Answers for access tokens and refresh tokens alike; the moment a session is ended, both are inactive. */
export async function introspect(context: TokenContext, token: string): Promise<Introspection> {
  const access = await verifyAccessToken(context, token);
  if (access) {
    if (!(await isLive(context.database, context.clock.now(), access))) return { active: false };
    return { active: true, token_type: 'Bearer', ...access };
  }
  const found = await findRefreshToken(context, token);
  if (!found?.live) return { active: false };
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
 * RFC 7009: ends the session that the token belongs to, whichever of its tokens it is. A token of another client, or none
 * at all, is left alone, and the caller learns nothing of it.
 */
export async function revoke(context: TokenContext, client: Client, token: string): Promise<void> {
  const at = new Date(context.clock.now());
  const actor = `client:${client.client_id}`;
  const access = await verifyAccessToken(context, token);
  if (access) {
    if (access.client_id !== client.client_id) return;
    if (access.sid)
      await endFamily(context.database, { id: access.sid, accountId: null, at, reason: 'revoked', actor });
    else await revokeTokenId(context.database, access);
    return;
  }
  const found = await findRefreshToken(context, token);
  if (found?.client_id !== client.client_id) return;
  await endFamily(context.database, { id: found.id, accountId: null, at, reason: 'revoked', actor });
}

/** A bearer that is good right now, session included; undefined for any other. */
export async function authenticateBearer(
  context: TokenContext,
  token: string,
): Promise<VerifiedAccessToken | undefined> {
  const access = await verifyAccessToken(context, token);
  return access && (await isLive(context.database, context.clock.now(), access)) ? access : undefined;
}
