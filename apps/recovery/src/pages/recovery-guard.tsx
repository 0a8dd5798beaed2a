import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { guardResult, requestOf } from '@rekey/http';
import type { BrowserRecovery } from './browser-recoveries.js';
import type { Browser } from './browser-state.js';
import { endedRecovery } from './ended-recovery.js';
import { type Form, markIn } from './form.js';
import { noSession } from './notices.js';
import { lookBeside } from './other-recovery.js';
import { browserOf, presenterOf } from './page-parameters.js';
import { PAGES, type PageParts } from './page-parts.js';
import { type Presenter, ShownInstead } from './presenter.js';
import { ElsewherePage } from './views-elsewhere.js';

const recovery = guardResult<BrowserRecovery>('BrowserRecoveryGuard');

/** The recovery of this browser, by {@link BrowserRecoveryGuard}. */
export const CurrentRecovery = recovery.Parameter;

/** Lets in a browser that has a recovery, and shows every other how to start one. */
@Injectable()
export class BrowserRecoveryGuard implements CanActivate {
  constructor(@Inject(PAGES) private readonly parts: PageParts) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const browser = browserOf(this.parts, context);
    const isForm = browser.request.method === 'POST';
    const found = (isForm ? this.endedHere(browser) : undefined) ?? browser.recovery();
    if (!isForm) await lookBeside(browser, this.parts.context, found);
    if (!found) throw new ShownInstead(noneShown(presenterOf(this.parts, context)));
    browser.turnTo(found);
    recovery.set(requestOf(context), found);
    return true;
  }

  /** Of a form that is sent again after it ended its recovery. */
  private endedHere(browser: Browser): BrowserRecovery | undefined {
    const ended = browser.endedBy(markIn(Object(browser.request.body) as Form));
    return ended && endedRecovery(this.parts, ended);
  }
}

function noneShown(show: Presenter) {
  // The page names a recovery that this browser no longer has, and another one was started since.
  if (show.browser.recoveries.last === undefined) return noSession(show);
  return show.page(
    409,
    <ElsewherePage context={show.context} about="recovery" page="/recover/code" isThere />,
  );
}
