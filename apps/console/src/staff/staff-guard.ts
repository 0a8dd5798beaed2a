import { type CanActivate, type ExecutionContext, Inject, Injectable, SetMetadata } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { CONTEXT, deny, guardResult, requestOf, withRequestTrace } from '@rekey/http';
import {
  auditDenial,
  currentStaffSession,
  hasRight,
  isFresh,
  type StaffContext,
  type StaffRight,
  type StaffSession,
} from '@rekey/staff';
import { StaffCookies } from './staff-cookies.js';

const fresh = 'rekey:fresh';
const session = guardResult<StaffSession>('StaffGuard');

/** The session that {@link StaffGuard} let in. */
export const CurrentStaff = session.Parameter;

/** Which right a handler takes, or all handlers of a controller. `session`: any member of staff. */
export const RequireRight = Reflector.createDecorator<StaffRight | 'session'>();

/** For a handler that changes something: the passkey was used within five minutes. */
export const RequireFresh = () => SetMetadata(fresh, true);

/**
 * Lets in a member of staff whose role has the right of the route now. Refusals: `unauthorized` without a session; `forbidden`;
 * `step_up_required` where the session is not fresh.
 */
@Injectable()
export class StaffGuard implements CanActivate {
  constructor(
    @Inject(CONTEXT) private readonly context: StaffContext,
    private readonly reflector: Reflector,
  ) {}

  async canActivate(execution: ExecutionContext): Promise<boolean> {
    const request = requestOf(execution);
    const places = [execution.getHandler(), execution.getClass()];
    const right = this.reflector.getAllAndOverride(RequireRight, places);
    if (!right) throw new Error('a route of StaffGuard has no @RequireRight');
    const context = withRequestTrace(this.context, request);
    const secret = StaffCookies.sessionIn(context, request);
    const found = secret === undefined ? undefined : await currentStaffSession(context, secret);
    if (!found) return deny('unauthorized');
    if (right !== 'session' && !hasRight(found.role, right)) {
      await auditDenial(context, found, right);
      return deny('forbidden');
    }
    if (this.reflector.getAllAndOverride<true>(fresh, places) && !isFresh(found, context.clock.now()))
      return deny('step_up_required');
    session.set(request, found);
    return true;
  }
}
