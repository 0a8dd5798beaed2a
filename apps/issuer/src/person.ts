import { inRequest, problemOf } from '@rekey/http';
import { isRefused, type Refusal, refuse } from '@rekey/kernel';
import { authenticateBearer, type TokenContext, type VerifiedAccessToken } from '@rekey/tokens';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** The person whose access token comes with the request; undefined without one that is good right now. */
export async function personOf(
  context: TokenContext,
  request: FastifyRequest,
): Promise<(VerifiedAccessToken & { sid: string }) | undefined> {
  const token = /^bearer ([\w.-]+)$/i.exec(request.headers.authorization ?? '')?.[1];
  const bearer = token ? await authenticateBearer(inRequest(context, request), token) : undefined;
  return bearer?.sid ? { ...bearer, sid: bearer.sid } : undefined;
}

/** True for a refusal that is about the token: the session ended meanwhile, or more has to be shown. */
export const isBearerRefused = (outcome: unknown): outcome is Refusal =>
  isRefused(outcome) && ['unauthorized', 'step_up_required'].includes(outcome.code);

/**
 * A 401 with its challenge: RFC 6750 §3, which says no more than that the token is not good, and nothing at all where there was
 * none; or RFC 9470 §3 when the person has to show more.
 */
export function refuseBearer(
  reply: FastifyReply,
  refusal: Refusal = refuse('unauthorized'),
  maxAge?: number,
): Buffer {
  const { body } = problemOf(refusal);
  const challenge =
    refusal.code === 'step_up_required'
      ? `error="insufficient_user_authentication", max_age="${maxAge}"`
      : reply.request.headers.authorization === undefined
        ? ''
        : 'error="invalid_token"';
  void reply
    .status(401)
    .header('www-authenticate', ['Bearer realm="rekey"', challenge].filter(Boolean).join(', '))
    .header('content-type', 'application/problem+json');
  return Buffer.from(JSON.stringify(body));
}
