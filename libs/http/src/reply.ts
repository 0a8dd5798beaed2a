import {
  applyDecorators,
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  UseInterceptors,
} from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { map, type Observable } from 'rxjs';

/** A body with the status that a handler has chosen for it, and headers if need be. */
export class Reply<Body> {
  constructor(
    readonly status: number,
    readonly body: Body,
    readonly headers: Record<string, string> = {},
  ) {}
}

@Injectable()
class ReplyInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(
      map((value: unknown) => {
        if (!(value instanceof Reply)) return value;
        context.switchToHttp().getResponse<FastifyReply>().status(value.status).headers(value.headers);
        return value.body;
      }),
    );
  }
}

/**
 * For a handler that returns a {@link Reply}, or a controller of such handlers. Not for all handlers of an app: an interceptor
 * costs each request of a hot route an Observable.
 */
export const Replies = (): ClassDecorator & MethodDecorator =>
  applyDecorators(UseInterceptors(ReplyInterceptor));
