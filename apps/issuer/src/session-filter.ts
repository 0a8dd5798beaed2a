import { type ArgumentsHost, Catch } from '@nestjs/common';
import { ProblemFilter, RefusedException, sessionChallenge } from '@rekey/http';
import type { FastifyReply } from 'fastify';

/**
 * Behind a `SessionGuard`: a refusal that is about the session says so in its challenge. The session has ended meanwhile, or the
 * person has to show more.
 */
@Catch(RefusedException)
export class SessionFilter extends ProblemFilter {
  override catch(thrown: RefusedException, host: ArgumentsHost): void {
    // Before those that the refusal brings: the guard knows whether a token was shown at all.
    host.switchToHttp().getResponse<FastifyReply>().headers(sessionChallenge(thrown.refusal));
    super.catch(thrown, host);
  }
}
