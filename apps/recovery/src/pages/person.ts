import { inRequest } from '@rekey/http';
import { authenticateBearer, type VerifiedAccessToken } from '@rekey/tokens';
import type { FastifyRequest } from 'fastify';
import type { PageParts } from './parts.js';

/** The person whose session this browser has; undefined without one that is good right now. */
export async function personOf(
  { browser, tokens }: PageParts,
  request: FastifyRequest,
): Promise<(VerifiedAccessToken & { sid: string }) | undefined> {
  const token = browser.session(request);
  const bearer = token ? await authenticateBearer(inRequest(tokens, request), token) : undefined;
  return bearer?.sid ? { ...bearer, sid: bearer.sid } : undefined;
}
