import { signAccessToken } from './access-token.js';
import type { Client } from './clients.js';
import type { TokenContext } from './context.js';
import { grantedScope } from './exchange.js';
import { authenticateBearer } from './introspect.js';
import { lifetimesOf } from './lifetimes.js';
import { isOAuthRefused, type OAuthRefusal, oauthRefuse } from './oauth-refusal.js';
import type { TokenResponse } from './sessions.js';

/**
 * The scopes of management clients. With `clients:write` a client creates other clients and changes those that it has created; with
 * `clients:admin` in addition, all clients.
 */
export const managementScopes = [
  'accounts:write',
  'accounts:read',
  'clients:write',
  'clients:admin',
  'tokens:read',
  'recoveries:read',
  'recoveries:decide',
  'audit:read',
] as const;
export type ManagementScope = (typeof managementScopes)[number];

/** The client that calls the management API, and all that its token may do. */
export interface ManagementCaller {
  clientId: string;
  /** How the audit names it. */
  actor: string;
  scopes: string[];
}

/** RFC 6749 §4.4: a token for the client itself, without a session and without a refresh token. */
export async function grantClientCredentials(
  context: TokenContext,
  client: Client,
  request: { scope?: string | undefined },
): Promise<TokenResponse | OAuthRefusal> {
  if (client.type !== 'confidential')
    return oauthRefuse('unauthorized_client', 'only a confidential client may use this grant');
  const scope = grantedScope(client, request.scope);
  if (isOAuthRefused(scope)) return scope;
  const { access } = lifetimesOf(client.lifetimes, context.lifetimes.ordinary);
  const claims = { sub: client.client_id, client_id: client.client_id, scope };
  const token = await signAccessToken(context, claims, access);
  context.database.record('tokens_issued', {
    grant: 'client_credentials',
    role: 'client',
    client: client.client_id,
  });
  return { access_token: token, token_type: 'Bearer', expires_in: Math.floor(access / 1000), scope };
}

/**
 * Authenticates a caller of the management API: the client of a token that has all of the scopes and belongs to no person.
 *
 * @param denied called for a valid token that lacks a scope, with whose it is; `account` is set for a person's
 * @returns the client's id and all scopes of its token; `invalid_token` or `insufficient_scope` (RFC 6750 §3.1)
 */
export async function authenticateManagement(
  context: TokenContext,
  bearer: string | undefined,
  wanted: readonly ManagementScope[],
  denied: (token: { clientId: string; account?: string }) => Promise<void> = async () => undefined,
): Promise<ManagementCaller | OAuthRefusal> {
  const token = bearer === undefined ? undefined : await authenticateBearer(context, bearer);
  if (!token) return oauthRefuse('invalid_token');
  const scopes = token.scope.split(' ');
  const isClientsOwn = token.sub === token.client_id && token.sid === undefined;
  if (isClientsOwn && wanted.every((scope) => scopes.includes(scope)))
    return { clientId: token.client_id, actor: `client:${token.client_id}`, scopes };
  await denied({ clientId: token.client_id, ...(isClientsOwn ? {} : { account: token.sub }) });
  return oauthRefuse('insufficient_scope', wanted.join(' '));
}
