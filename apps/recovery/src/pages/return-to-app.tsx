import { setTimeout } from 'node:timers/promises';
import { hasLeftOf } from '@rekey/http';
import { isRefused } from '@rekey/kernel';
import { asksForPassword, completeForApp, type RecoveryState, showRecovery } from '@rekey/recovery';
import type { BrowserRecovery } from './browser-recoveries.js';
import { rememberBrowser } from './known-browser.js';
import { ended } from './notices.js';
import type { Page, Presenter } from './presenter.js';
import { PasswordPage, ReturnToAppPage } from './views.js';

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
  const done = await completeInTurn(show, recovery, password);
  if (!isRefused(done)) {
    rememberBrowser(show, done.device_token);
    forget(show, recovery, 'completed');
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
  const view = await showRecovery(context, recovery);
  return ended(show, isRefused(view) ? 'expired' : view.state);
}

/**
 * When the form was sent twice at once, waits for the other request and gets the person another code: the browser follows the last
 * response only. Any form of this browser may repeat the completion, with the same password.
 */
async function completeInTurn(
  { browser, parts: { context } }: Presenter,
  recovery: BrowserRecovery,
  password: string | undefined,
): ReturnType<typeof completeForApp> {
  const idempotencyKey = browser.digestOf('return-to-app', recovery.id);
  const hasLeft = hasLeftOf(browser.request);
  for (let waited = 0; ; waited++) {
    const done = await completeForApp(context, recovery, { password, idempotencyKey, hasLeft });
    const isInTurn = isRefused(done) && done.code === 'invalid_state' && 'retry_after' in done.data;
    if (!isInTurn || waited === waits) return done;
    await setTimeout(waitMs);
  }
}

/** This browser has ended its recovery: it can do nothing more in it, and knows how it ended. */
export function forget({ browser }: Presenter, recovery: BrowserRecovery, how: 'completed' | 'cancelled') {
  const { id, app } = recovery;
  browser.recoveries.remove(recovery);
  browser.remember({ ended: { id, how, app: app?.name, origin: app?.origin }, started: undefined });
}

const waitMs = 100;
const waits = 50;

/** The state of the recovery when the request that completes it right now is done, or after five seconds. */
export async function stateAfterCompletion(
  { parts: { context } }: Presenter,
  recovery: BrowserRecovery,
): Promise<RecoveryState> {
  for (let waited = 0; ; waited++) {
    const view = await showRecovery(context, recovery);
    if (isRefused(view)) return 'expired';
    if (view.state !== 'proven' || waited === waits) return view.state;
    await setTimeout(waitMs);
  }
}
