import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

export const requestOf = (context: ExecutionContext): FastifyRequest =>
  context.switchToHttp().getRequest<FastifyRequest>();

/**
 * What a guard found out about a request, for the handler. It is kept beside the request, where nothing that a caller sends
 * can reach it.
 *
 * @param guard named when a handler asks for the result and the guard has not run
 */
export function guardResult<Result>(guard: string) {
  const results = new WeakMap<FastifyRequest, { result: Result }>();
  const get = (request: FastifyRequest): Result => {
    const found = results.get(request);
    if (!found) throw new Error(`${guard} has not run before this handler`);
    return found.result;
  };
  return {
    /** For another guard, or a parameter that is made of it. */
    get,
    set(request: FastifyRequest, result: Result): void {
      results.set(request, { result });
    },
    /** Gives a handler the result. */
    Parameter: createParamDecorator(
      (_data: unknown, context: ExecutionContext): Result => get(requestOf(context)),
    ),
  };
}
