import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { recordAuditOnce } from '@rekey/limits';
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

/** Which scope a handler takes, or all handlers of a controller. Of several, a token needs each. */
export const RequireScope = Reflector.createDecorator<ManagementScope | readonly ManagementScope[]>();

/** The challenge of RFC 6750 §3 to a client whose token lacks a scope. */
export const scopeChallenge = (...scopes: ManagementScope[]) =>
  bearerChallenge('insufficient_scope', { scope: scopes.join(' ') });

const deniedWindowMs = 600_000;

/** Audits a token that lacks a scope: once in ten minutes for each client or person, and what the route takes. */
async function recordDenied(
  { database, clock }: TokenContext,
  scopes: readonly ManagementScope[],
  { clientId, account }: { clientId: string; account?: string },
): Promise<void> {
  await recordAuditOnce(
    database,
    {
      event: 'authz_fail',
      actor: `client:${clientId}`,
      accountId: account,
      detail: { scope: scopes.join(' ') },
    },
    { party: JSON.stringify([clientId, account, ...scopes]), windowMs: deniedWindowMs, now: clock.now() },
  );
}

/** Lets in a client whose token has every scope of the route. Refusals: `unauthorized`, `forbidden`, both with a challenge. */
@Injectable()
export class ManagementScopeGuard implements CanActivate {
  constructor(
    @Inject(TOKENS) private readonly tokens: TokenContext,
    private readonly reflector: Reflector,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = requestOf(context);
    const scopes = [
      this.reflector.getAllAndOverride(RequireScope, [context.getHandler(), context.getClass()]) ?? [],
    ].flat();
    if (scopes.length === 0) throw new Error('a route of ManagementScopeGuard has no @RequireScope');
    const bearer = bearerOf(request);
    const tokens = withRequestTrace(this.tokens, request);
    const found = await authenticateManagement(tokens, bearer, scopes, (of) =>
      recordDenied(tokens, scopes, of),
    );
    if (!isOAuthRefused(found)) {
      caller.set(request, found);
      return true;
    }
    if (found.error === 'insufficient_scope') deny('forbidden', {}, scopeChallenge(...scopes));
    return deny('unauthorized', {}, bearerChallenge(bearer === undefined ? undefined : found.error));
  }
}
