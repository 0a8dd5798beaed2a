import { inRequest, RefusedException } from '@rekey/http';
import { refuse } from '@rekey/kernel';
import { authenticateManagement, isOAuthRefused, type ManagementScope } from '@rekey/tokens';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ConsoleContext } from './parts.js';

/** RFC 6750 §3: what was wrong with the token, and which scope it lacks. */
export const challenge = (error: string, scope: ManagementScope): string =>
  `Bearer realm="rekey", error="${error}"${error === 'insufficient_scope' ? `, scope="${scope}"` : ''}`;

/**
 * The client that calls, if its token has the scope.
 *
 * @throws {RefusedException} 401 or 403, with the challenge of RFC 6750 §3
 */
export async function callerWith(
  { tokens }: ConsoleContext,
  scope: ManagementScope,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<{ clientId: string; scopes: string[] }> {
  const bearer = /^bearer ([\w.-]+)$/i.exec(request.headers.authorization ?? '')?.[1];
  const caller = await authenticateManagement(inRequest(tokens, request), bearer, scope);
  if (!isOAuthRefused(caller)) return caller;
  const { error } = caller;
  reply.header('www-authenticate', bearer === undefined ? 'Bearer realm="rekey"' : challenge(error, scope));
  throw new RefusedException(refuse(error === 'insufficient_scope' ? 'forbidden' : 'unauthorized'));
}
