import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { guardResult, requestOf } from '@rekey/http';
import type { BrowserRecovery } from './browser-state.js';
import { noSession } from './next-page.js';
import { browserOf, presenterOf } from './page-parameters.js';
import { PAGES, type PageParts } from './page-parts.js';
import { ShownInstead } from './presenter.js';

const recovery = guardResult<BrowserRecovery>('BrowserRecoveryGuard');

/** The recovery of this browser, by {@link BrowserRecoveryGuard}. */
export const CurrentRecovery = recovery.Parameter;

/** Lets in a browser that has a recovery, and shows every other how to start one. */
@Injectable()
export class BrowserRecoveryGuard implements CanActivate {
  constructor(@Inject(PAGES) private readonly parts: PageParts) {}

  canActivate(context: ExecutionContext): boolean {
    const found = browserOf(this.parts, context).recovery();
    if (!found) throw new ShownInstead(noSession(presenterOf(this.parts, context)));
    recovery.set(requestOf(context), found);
    return true;
  }
}
