import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import type { Refusal } from '@rekey/kernel';
import { maxAuthAgeSeconds } from '@rekey/sign-in';
import { authenticateBearer, type TokenContext, type VerifiedAccessToken } from '@rekey/tokens';
import { bearerChallenge, bearerOf } from './bearer-challenge.js';
import { withRequestTrace } from './correlation.js';
import { guardResult, requestOf } from './guard-result.js';
import { TOKENS } from './management-guard.js';
import { deny } from './refused-exception.js';

/** A person's access token, which belongs to a session that has not ended. */
export type PersonSession = VerifiedAccessToken & { sid: string };

/** The session that an access token belongs to; undefined for a client's token, or one that is not valid right now. */
export async function authenticateSession(
  tokens: TokenContext,
  token: string,
): Promise<PersonSession | undefined> {
  const bearer = await authenticateBearer(tokens, token);
  return bearer?.sid ? { ...bearer, sid: bearer.sid } : undefined;
}

/** Where {@link SessionGuard} puts the session of the person that it let in. */
export const currentSession = guardResult<PersonSession>('SessionGuard');

/** The session of the person that {@link SessionGuard} let in. */
export const CurrentSession = currentSession.Parameter;

/**
 * Lets in a person with an access token that is good right now. Refusals: `unauthorized`, with a challenge that says no more than
 * that the token is not good, and nothing where a request showed none.
 */
@Injectable()
export class SessionGuard implements CanActivate {
  constructor(@Inject(TOKENS) private readonly tokens: TokenContext) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = requestOf(context);
    const token = bearerOf(request);
    const found = token
      ? await authenticateSession(withRequestTrace(this.tokens, request), token)
      : undefined;
    if (!found) {
      const hasShown = request.headers.authorization !== undefined;
      return deny('unauthorized', {}, bearerChallenge(hasShown ? 'invalid_token' : undefined));
    }
    currentSession.set(request, found);
    return true;
  }
}

/**
 * For `unwrap` behind {@link SessionGuard}: the challenge of a refusal that is about the session. It has ended meanwhile (RFC 6750
 * §3), or the person has to show more (RFC 9470 §3).
 */
export function sessionChallenge({ code }: Refusal): Record<string, string> {
  if (code === 'unauthorized') return bearerChallenge('invalid_token');
  if (code === 'step_up_required')
    return bearerChallenge('insufficient_user_authentication', { max_age: maxAuthAgeSeconds });
  return {};
}
