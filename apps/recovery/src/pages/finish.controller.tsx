import { Body, Get, Post, UseGuards } from '@nestjs/common';
import { Public } from '@rekey/http';
import { isRefused } from '@rekey/kernel';
import { cancelForApp, completeRecovery, showRecovery } from '@rekey/recovery';
import { errorUrl } from './authorization-request.js';
import type { BrowserRecovery } from './browser-recoveries.js';
import { type Form, textIn } from './form.js';
import { rememberBrowser } from './known-browser.js';
import { refused, whatBecameOf } from './next-page.js';
import { ended, noSession } from './notices.js';
import { PageController } from './page-controller.js';
import { Show } from './page-parameters.js';
import type { Presenter } from './presenter.js';
import { BrowserRecoveryGuard, CurrentRecovery } from './recovery-guard.js';
import { forget, returnToApp, stateAfterCompletion } from './return-to-app.js';
import { DonePage, NoticePage, PasswordPage } from './views.js';

/** The last pages of a recovery: a new password, or back to the app. */
@PageController('recover')
export class FinishController {
  @Get('password')
  @UseGuards(BrowserRecoveryGuard)
  async password(@CurrentRecovery() recovery: BrowserRecovery, @Show() show: Presenter) {
    const view = await showRecovery(show.parts.context, recovery);
    if (isRefused(view)) return refused(show, view);
    if (view.state === 'proving' || view.state === 'held') return show.to('/recover/code');
    if (view.state !== 'proven') return ended(show, view.state);
    const { app } = recovery;
    return show.page(200, <PasswordPage context={show.context} app={app?.name} />, app?.origin);
  }

  @Post('password')
  @UseGuards(BrowserRecoveryGuard)
  async setPassword(
    @Body() body: Form,
    @CurrentRecovery() recovery: BrowserRecovery,
    @Show() show: Presenter,
  ) {
    const password = textIn(body.password);
    if (recovery.app) return returnToApp(show, recovery, password);
    const completed = await completeRecovery(show.parts.context, recovery, { password });
    if (!isRefused(completed)) {
      forget(show, recovery, 'completed');
      rememberBrowser(show, completed.device_token);
      return show.to('/recover/done');
    }
    if (completed.code === 'password_refused') {
      return show.page(422, <PasswordPage context={show.context} reason={completed.data.reason} />);
    }
    if (completed.code === 'not_proven') return show.to('/recover/code');
    // Sent twice at once: the other one is at it, or was.
    const isTwice = completed.code === 'recovery_closed' || 'retry_after' in completed.data;
    if (isTwice && (await stateAfterCompletion(show, recovery)) === 'completed') {
      forget(show, recovery, 'completed');
      return show.to('/recover/done');
    }
    return refused(show, completed, recovery);
  }

  @Post('return')
  @UseGuards(BrowserRecoveryGuard)
  async returnToApp(@CurrentRecovery() recovery: BrowserRecovery, @Show() show: Presenter) {
    return recovery.app ? returnToApp(show, recovery) : whatBecameOf(show, recovery);
  }

  @Post('cancel')
  @UseGuards(BrowserRecoveryGuard)
  async cancel(@CurrentRecovery() recovery: BrowserRecovery, @Show() show: Presenter) {
    const { context } = show.parts;
    const cancelled = await cancelForApp(context, recovery);
    if (isRefused(cancelled)) return refused(show, cancelled, recovery);
    forget(show, recovery, 'cancelled');
    const { redirect } = cancelled;
    if (!redirect) return show.to('/recover/cancelled');
    return show.to(errorUrl({ ...redirect, issuerUrl: context.issuerUrl }, 'access_denied'));
  }

  @Get('cancelled')
  @Public()
  cancelled(@Show() show: Presenter) {
    const hasCancelled = show.browser.lately().ended?.how === 'cancelled';
    return hasCancelled ? ended(show, 'cancelled', 200) : noSession(show);
  }

  @Get('done')
  @Public()
  done(@Show() show: Presenter) {
    if (show.browser.lately().ended?.how !== 'completed') return noSession(show);
    return show.page(200, <DonePage context={show.context} signInUrl={show.parts.signInUrl} />);
  }

  /** Mistyped: a page too. */
  @Get('*')
  @Public()
  missing(@Show() show: Presenter) {
    return show.page(404, <NoticePage context={show.context} kind="not_found" />);
  }
}
