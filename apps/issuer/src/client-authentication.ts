import { authenticateClient } from '@rekey/http';
import type { Client, ClientDirectory } from '@rekey/tokens';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { grantOrThrow } from './oauth-http.js';

export const clientFields = {
  client_id: z.string().optional(),
  client_secret: z.string().optional(),
};
export type ClientFields = { [name in keyof typeof clientFields]?: string | undefined };

const assertionOf = ({ body }: FastifyRequest): unknown => Object(body).client_assertion || undefined;

/** Does the request show credentials, or try to? */
export const showsCredentials = (request: FastifyRequest, form: ClientFields): boolean =>
  [request.headers.authorization, form.client_secret, assertionOf(request)].some((way) => way !== undefined);

/**
 * Who calls an OAuth endpoint.
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
  const shown = {
    authorization,
    clientId: form.client_id ?? (authorization === undefined ? fallback : undefined),
    clientSecret: form.client_secret,
    assertion: assertionOf(request),
  };
  return grantOrThrow(await authenticateClient(clients, shown));
}
