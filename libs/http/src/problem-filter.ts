import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import { refuse } from '@rekey/kernel';
import type { FastifyReply } from 'fastify';
import { isOutage } from './outage.js';
import { earlyProblem, type Problem, problem, problemOf } from './problem.js';
import { RefusedException } from './refused-exception.js';

/** Everything that a route may throw, as a problem document. A fault says nothing of itself to the caller. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  catch(thrown: unknown, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const { body, headers } = describe(thrown);
    if (thrown instanceof RefusedException) reply.headers(thrown.headers);
    if (body.status >= 500) {
      reply.log.error({ err: thrown }, 'request failed');
      // What a person can quote (RFC 9457 §3.1.5). A refusal has none: its bytes are the same for everyone.
      body.instance = `urn:uuid:${reply.request.id}`;
    }
    // Every 401 names a scheme (RFC 9110 §15.5.2), that of a password too: what is taken everywhere else is a token.
    if (body.status === 401 && !reply.hasHeader('www-authenticate'))
      reply.header('www-authenticate', 'Bearer realm="rekey"');
    void reply
      .status(body.status)
      .headers(headers)
      .header('content-type', 'application/problem+json')
      .send(Buffer.from(JSON.stringify(body)));
  }
}

function describe(thrown: unknown): { body: Problem; headers: Record<string, string> } {
  if (thrown instanceof RefusedException) return problemOf(thrown.refusal);
  if (thrown instanceof HttpException) return ofStatus(thrown.getStatus());
  // First: what a driver says of a status is about its own request.
  return isOutage(thrown) ? ofStatus(503) : ofStatus(Number(Object(thrown).statusCode));
}

function ofStatus(status: number): { body: Problem; headers: Record<string, string> } {
  if (status >= 400 && status < 500) return { body: earlyProblem(status), headers: {} };
  if (status === 503) return problemOf(refuse('unavailable'));
  return { body: problem(500, 'internal', 'Something went wrong on our side.'), headers: {} };
}
