import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { requestOf } from './guard-result.js';

/** Tells, whenever it is asked, whether the caller has closed the connection of this request: nobody receives its response. */
export const hasLeftOf =
  ({ socket }: FastifyRequest): (() => boolean) =>
  () =>
    socket.destroyed;

/** {@link hasLeftOf} of the request, as a parameter. */
export const HasLeft = createParamDecorator((_data: unknown, context: ExecutionContext) =>
  hasLeftOf(requestOf(context)),
);
