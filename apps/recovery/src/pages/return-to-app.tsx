import { isRefused } from '@rekey/kernel';
import { asksForPassword, completeForApp } from '@rekey/recovery';
import type { BrowserRecovery } from './browser-state.js';
import { rememberBrowser } from './known-browser.js';
import type { Page, Presenter } from './presenter.js';
import { NoticePage, PasswordPage, ReturnToAppPage } from './views.js';

/**
 * Ends the recovery and sends the person back to the app with its code; stays here, to be tried again, when it cannot. Where the
 * account would be left without its password, a new one is asked for first.
 */
export async function returnToApp(
  show: Presenter,
  recovery: BrowserRecovery,
  password?: string,
): Promise<Page> {
  const { context } = show.parts;
  if (password === undefined && (await asksForPassword(context, recovery)))
    return show.to('/recover/password');
  const done = await completeForApp(context, recovery, { password });
  if (!isRefused(done)) {
    rememberBrowser(show, done.device_token);
    show.browser.clear('recovery');
    return show.to(done.redirectTo);
  }
  if (done.code === 'password_refused') {
    const view = <PasswordPage context={show.context} app={recovery.app?.name} reason={done.data.reason} />;
    return show.page(422, view, recovery.app?.origin);
  }
  if (done.code === 'unavailable' || done.code === 'invalid_state') {
    const view = <ReturnToAppPage context={show.context} app={recovery.app?.name ?? ''} />;
    return show.page(503, view, recovery.app?.origin);
  }
  // What was proven no longer holds: the page says what else is needed.
  if (done.code === 'not_proven') return show.to('/recover/code');
  return show.page(410, <NoticePage context={show.context} kind="over" />);
}
