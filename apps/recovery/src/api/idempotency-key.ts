import { createParamDecorator, type ExecutionContext, type PipeTransform } from '@nestjs/common';
import { deny, requestOf } from '@rekey/http';

const HeaderValue = createParamDecorator((_data: unknown, context: ExecutionContext) =>
  requestOf(context).headers['idempotency-key']?.toString(),
);

class IdempotencyKeyPipe implements PipeTransform<string | undefined, string | undefined> {
  transform(key: string | undefined): string | undefined {
    if (key === undefined || /^[\x21-\x7e]{1,200}$/.test(key)) return key;
    const detail = 'Idempotency-Key must be 1 to 200 visible characters';
    return deny('invalid_request', { errors: [{ pointer: '', detail }] });
  }
}

/** The key of a request that may be repeated; undefined without one. */
export const IdempotencyKey = (): ParameterDecorator => HeaderValue(new IdempotencyKeyPipe());
