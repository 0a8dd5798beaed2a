import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { ApiParam } from '@nestjs/swagger';
import { bearerOf, CONTEXT, deny, guardResult, requestOf } from '@rekey/http';
import { type AssistReference, isAssistToken, type RecoveryContext } from '@rekey/recovery';

const assist = guardResult<AssistReference>('AssistTokenGuard');

/** Lets in the caller that has entered the code of the assist. For everybody else it is not there: 404, as for an unknown id. */
@Injectable()
export class AssistTokenGuard implements CanActivate {
  constructor(@Inject(CONTEXT) private readonly context: Pick<RecoveryContext, 'keyring'>) {}

  canActivate(context: ExecutionContext): boolean {
    const request = requestOf(context);
    const { id = '' } = request.params as { id?: string };
    const reference = { id, token: bearerOf(request) ?? '' };
    if (!isAssistToken(this.context.keyring, reference)) return deny('not_found');
    assist.set(request, reference);
    return true;
  }
}

/** The assist that {@link AssistTokenGuard} let the caller in to. */
export const ThisAssist = (): ParameterDecorator => (target, key, index) => {
  assist.Parameter()(target, key, index);
  // The guard reads the id from the path, where OpenAPI does not see it.
  const handler = Object.getOwnPropertyDescriptor(target, key ?? '') ?? {};
  ApiParam({ name: 'id', schema: { type: 'string' } })(target, key ?? '', handler);
};
