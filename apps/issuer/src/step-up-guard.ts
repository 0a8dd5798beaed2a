import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { CONTEXT, currentSession, requestOf, unwrap, withRequestTrace } from '@rekey/http';
import { authenticatorsToChange, type EnrolmentContext } from '@rekey/sign-in';

/** After `SessionGuard`: lets in a session that is fresh and strong enough to change authenticators. Refusals: `step_up_required`. */
@Injectable()
export class StepUpGuard implements CanActivate {
  constructor(@Inject(CONTEXT) private readonly context: EnrolmentContext) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = requestOf(context);
    unwrap(
      await authenticatorsToChange(withRequestTrace(this.context, request), currentSession.get(request)),
    );
    return true;
  }
}
