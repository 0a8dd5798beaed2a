import {
  createParamDecorator,
  type ExecutionContext,
  Inject,
  Injectable,
  type PipeTransform,
} from '@nestjs/common';
import type { Database } from '@rekey/database';
import type { FastifyRequest } from 'fastify';
import { withRequestTrace } from './correlation.js';
import { requestOf } from './guard-result.js';

/** An app provides what its acts need under this token. */
export const CONTEXT = Symbol('Context');

@Injectable()
class ContextPipe implements PipeTransform<FastifyRequest, { database: Database }> {
  constructor(@Inject(CONTEXT) private readonly context: { database: Database }) {}

  transform(request: FastifyRequest): { database: Database } {
    return withRequestTrace(this.context, request);
  }
}

const Request = createParamDecorator((_data: unknown, context: ExecutionContext) => requestOf(context));

/** The app's context, bound to this request: metrics and traces of its database belong to the request. */
export const Context = (): ParameterDecorator => Request(ContextPipe);
