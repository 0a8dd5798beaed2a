import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { ApiParam } from '@nestjs/swagger';
import { bearerOf, CONTEXT, deny, guardResult, requestOf } from '@rekey/http';
import { isRecoveryToken, type RecoveryContext, type RecoveryReference } from '@rekey/recovery';

const recovery = guardResult<RecoveryReference>('RecoveryTokenGuard');

/** Lets in a caller with the token of the recovery. Without it the recovery is not there: 404, as for an unknown id. */
@Injectable()
export class RecoveryTokenGuard implements CanActivate {
  constructor(@Inject(CONTEXT) private readonly context: Pick<RecoveryContext, 'keyring'>) {}

  canActivate(context: ExecutionContext): boolean {
    const request = requestOf(context);
    const { id = '' } = request.params as { id?: string };
    const reference = { id, token: bearerOf(request) ?? '' };
    if (!isRecoveryToken(this.context.keyring, reference)) return deny('not_found');
    recovery.set(request, reference);
    return true;
  }
}

/** The recovery that {@link RecoveryTokenGuard} let the caller in to. */
export const ThisRecovery = (): ParameterDecorator => (target, key, index) => {
  recovery.Parameter()(target, key, index);
  // The guard reads the id from the path, where OpenAPI does not see it.
  const handler = Object.getOwnPropertyDescriptor(target, key ?? '') ?? {};
  ApiParam({ name: 'id', schema: { type: 'string' } })(target, key ?? '', handler);
};
