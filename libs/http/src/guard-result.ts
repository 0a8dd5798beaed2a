import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

export const requestOf = (context: ExecutionContext): FastifyRequest =>
  context.switchToHttp().getRequest<FastifyRequest>();

/**
 * What a guard found out about a request, for the handler. It is kept under a symbol of its own, where nothing that a caller sends
 * can reach it; a map beside the requests would cost the garbage collector more.
 *
 * @param guard named when a handler asks for the result and the guard has not run
 */
export function guardResult<Result>(guard: string) {
  const kept = Symbol(guard);
  type Checked = FastifyRequest & { [kept]?: { result: Result } };
  const get = (request: Checked): Result => {
    const found = request[kept];
    if (!found) throw new Error(`${guard} has not run before this handler`);
    return found.result;
  };
  return {
    /** For another guard, or a parameter that is made of it. */
    get,
    set(request: Checked, result: Result): void {
      request[kept] = { result };
    },
    /** Gives a handler the result. */
    Parameter: createParamDecorator(
      (_data: unknown, context: ExecutionContext): Result => get(requestOf(context)),
    ),
  };
}
