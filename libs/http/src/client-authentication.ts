import { recordAuditOnce } from '@rekey/limits';
import {
  type Client,
  type ClientDirectory,
  holdsTokensOfPeople,
  isOAuthRefused,
  type OAuthRefusal,
  oauthRefuse,
} from '@rekey/tokens';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { withRequestTrace } from './correlation.js';
import { deny } from './refused-exception.js';

/** What a 401 asks a client for, with the charset of RFC 7617 §2.1. */
export const basicChallenge = 'Basic realm="rekey", charset="UTF-8"';

/** How a client says who it is, by whichever way the route offers. */
export interface ClientCredentials {
  authorization?: string | undefined;
  clientId?: string | undefined;
  clientSecret?: string | undefined;
  /** RFC 7521 §4.2. It is not offered: it is refused, and not passed over as what nobody knows. */
  assertion?: unknown;
}

/**
 * Who is calling: `Authorization: Basic` or the form, not both (RFC 6749 §2.3). Who tries to authenticate and fails is never
 * taken for a public client.
 *
 * @returns the client; `invalid_client` or `invalid_request`
 */
export async function authenticateClient(
  clients: ClientDirectory,
  request: FastifyRequest,
  { authorization, clientId: named, clientSecret, assertion }: ClientCredentials,
): Promise<Client | OAuthRefusal> {
  const ways = [authorization, clientSecret, assertion];
  if (ways.filter((way) => way !== undefined).length > 1)
    return oauthRefuse('invalid_request', 'more than one method of client authentication');
  const header = authorization === undefined ? undefined : readBasic(authorization);
  if (assertion !== undefined || (authorization !== undefined && !header))
    return oauthRefuse('invalid_client', 'this method of client authentication is not supported');
  if (header && named !== undefined && named !== header.id)
    return oauthRefuse('invalid_request', 'two different client_ids');
  const clientId = header?.id ?? named;
  if (clientId === undefined) return oauthRefuse('invalid_client', 'client authentication is required');
  const secret = header?.secret ?? clientSecret;
  const found = await clients.authenticate(clientId, secret);
  if (isOAuthRefused(found) && secret !== undefined && (await clients.find(clientId)))
    await recordWrongSecret(clients, request, clientId);
  return found;
}

const wrongSecretWindowMs = 600_000;

/** Audits a wrong secret of a client: once in ten minutes for each client and source. Ids that are made up are nobody's. */
async function recordWrongSecret(
  clients: ClientDirectory,
  request: FastifyRequest,
  clientId: string,
): Promise<void> {
  const { database, clock } = withRequestTrace(clients.context, request);
  const source = database.trace?.source?.pseudonym();
  await recordAuditOnce(
    database,
    { event: 'authn_client_fail', actor: `client:${clientId}` },
    { party: JSON.stringify([clientId, source]), windowMs: wrongSecretWindowMs, now: clock.now() },
  );
}

/** How a client says who it is in a body of JSON. */
export const clientMembers = {
  client_id: z.string().min(1).max(200).optional().describe('`default` if left out'),
  client_secret: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe('For a confidential client that does not use HTTP Basic'),
};

interface ClientMembers {
  client_id?: string | undefined;
  client_secret?: string | undefined;
}

/**
 * For which client a person signs in or recovers, where the body is JSON. A public client names itself in it, a confidential one
 * authenticates by `Authorization: Basic` or with its secret beside its id. Apps send a bearer token with whatever they ask for:
 * another scheme is passed over.
 *
 * @param shown the members `client_id`, `default` when nobody is named at all, and `client_secret`
 * @throws {RefusedException} `unauthorized` with a challenge; `invalid_request` for a client that is unknown or not for people
 */
export async function findClientForPeople(
  clients: ClientDirectory,
  request: FastifyRequest,
  { client_id: named, client_secret: clientSecret }: ClientMembers,
): Promise<Client> {
  const { authorization } = request.headers;
  const basic = /^basic\b/i.test(authorization ?? '') ? authorization : undefined;
  const clientId = named ?? (basic === undefined ? 'default' : undefined);
  if (basic === undefined && !(await clients.find(clientId ?? ''))) return refuseId('unknown client');
  const client = await authenticateClient(clients, request, { authorization: basic, clientId, clientSecret });
  if (isOAuthRefused(client)) {
    if (client.error === 'invalid_request')
      return refuseId('the Authorization header names another client, or the client authenticates twice');
    return deny('unauthorized', {}, { 'www-authenticate': basicChallenge });
  }
  return holdsTokensOfPeople(client) ? client : refuseId('this client may not get tokens of people');
}

const refuseId = (detail: string): never =>
  deny('invalid_request', { errors: [{ pointer: '/client_id', detail }] });

/** An empty secret is none, as an empty parameter is (RFC 6749 §2.3.1). */
function readBasic(authorization: string): { id: string; secret?: string } | undefined {
  const encoded = /^basic +([\w+/=-]+)$/i.exec(authorization)?.[1];
  if (!encoded) return undefined;
  const [id = '', ...rest] = Buffer.from(encoded, 'base64').toString().split(':');
  // Both halves are form-encoded before they are joined (RFC 6749 §2.3.1).
  const decode = (text: string) => {
    try {
      return decodeURIComponent(text.replaceAll('+', ' '));
    } catch {
      return text;
    }
  };
  const secret = decode(rest.join(':'));
  return { id: decode(id), ...(secret ? { secret } : {}) };
}
