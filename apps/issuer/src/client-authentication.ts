import { type Client, type ClientDirectory, oauthRefuse } from '@rekey/tokens';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { grantOrThrow, OAuthException } from './oauth-http.js';

export const clientFields = {
  client_id: z.string().optional(),
  client_secret: z.string().optional(),
};
export type ClientFields = { [name in keyof typeof clientFields]?: string | undefined };

/** RFC 7521 §4.2: a way to authenticate that is not offered. It is refused, and not passed over as what nobody knows. */
const assertionOf = ({ body }: FastifyRequest): unknown => Object(body).client_assertion || undefined;

/** Does the request show credentials, or try to? */
export const showsCredentials = (request: FastifyRequest, form: ClientFields): boolean =>
  [request.headers.authorization, form.client_secret, assertionOf(request)].some((way) => way !== undefined);

/**
 * Who is calling: `Authorization: Basic` or the form, not both (RFC 6749 §2.3). Who tries to authenticate and fails is never
 * taken for a public client.
 *
 * @param fallback the client of a request that names none
 * @throws {OAuthException} `invalid_client` or `invalid_request`
 */
export async function callingClient(
  clients: ClientDirectory,
  request: FastifyRequest,
  form: ClientFields,
  fallback?: string,
): Promise<Client> {
  const { authorization } = request.headers;
  const assertion = assertionOf(request);
  const ways = [authorization, form.client_secret, assertion];
  if (ways.filter((way) => way !== undefined).length > 1)
    throw new OAuthException(oauthRefuse('invalid_request', 'two ways of client authentication'));
  const header = authorization === undefined ? undefined : readBasic(authorization);
  if (assertion !== undefined || (authorization !== undefined && !header))
    throw new OAuthException(
      oauthRefuse('invalid_client', 'this way of client authentication is not offered'),
    );
  if (header && form.client_id !== undefined && form.client_id !== header.id)
    throw new OAuthException(oauthRefuse('invalid_request', 'two client_ids'));
  const clientId = header?.id ?? form.client_id ?? fallback;
  if (clientId === undefined)
    throw new OAuthException(oauthRefuse('invalid_client', 'client authentication is required'));
  return grantOrThrow(await clients.authenticate(clientId, header?.secret ?? form.client_secret));
}

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
