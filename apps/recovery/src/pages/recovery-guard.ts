import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { guardResult, matchedRoute, requestOf } from '@rekey/http';
import type { Browser, BrowserRecovery } from './browser-state.js';
import { type Form, markIn } from './form.js';
import { noSession } from './notices.js';
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
    const browser = browserOf(this.parts, context);
    const found = browser.recovery();
    if (!found) {
      const show = presenterOf(this.parts, context);
      const hasSetPassword = isPasswordAgain(browser) && browser.lately().ended?.app === undefined;
      throw new ShownInstead(hasSetPassword ? show.to('/recover/done') : noSession(show));
    }
    recovery.set(requestOf(context), found);
    return true;
  }
}

/** The form that has set the new password, sent again: by a reload, or by a second click that came late. */
function isPasswordAgain(browser: Browser): boolean {
  const { method, body } = browser.request;
  const { ended } = browser.lately();
  if (
    method !== 'POST' ||
    matchedRoute(browser.request) !== '/recover/password' ||
    ended?.how !== 'completed'
  )
    return false;
  return browser.isAbout('recovery', markIn(Object(body) as Form), ended.id);
}
