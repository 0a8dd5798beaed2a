import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import {
  authenticateManagement,
  isOAuthRefused,
  type ManagementCaller,
  type ManagementScope,
  type TokenContext,
} from '@rekey/tokens';
import { bearerChallenge, bearerOf } from './bearer-challenge.js';
import { withRequestTrace } from './correlation.js';
import { guardResult, requestOf } from './guard-result.js';
import { deny } from './refused-exception.js';

/** An app whose guards read access tokens provides a `TokenContext` under this token. */
export const TOKENS = Symbol('TokenContext');

const caller = guardResult<ManagementCaller>('ManagementScopeGuard');

/** The client that {@link ManagementScopeGuard} let in. */
export const Caller = caller.Parameter;

/** Which scope a handler takes, or all handlers of a controller. */
export const RequireScope = Reflector.createDecorator<ManagementScope>();

/** The challenge of RFC 6750 §3 to a client whose token lacks a scope. */
export const scopeChallenge = (scope: ManagementScope) => bearerChallenge('insufficient_scope', { scope });

/** Lets in a client whose token has the scope of the route. Refusals: `unauthorized`, `forbidden`, both with a challenge. */
@Injectable()
export class ManagementScopeGuard implements CanActivate {
  constructor(
    @Inject(TOKENS) private readonly tokens: TokenContext,
    private readonly reflector: Reflector,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = requestOf(context);
    const scope = this.reflector.getAllAndOverride(RequireScope, [context.getHandler(), context.getClass()]);
    if (!scope) throw new Error('a route of ManagementScopeGuard has no @RequireScope');
    const bearer = bearerOf(request);
    const found = await authenticateManagement(withRequestTrace(this.tokens, request), bearer, scope);
    if (!isOAuthRefused(found)) {
      caller.set(request, found);
      return true;
    }
    if (found.error === 'insufficient_scope') deny('forbidden', {}, scopeChallenge(scope));
    return deny('unauthorized', {}, bearerChallenge(bearer === undefined ? undefined : found.error));
  }
}
