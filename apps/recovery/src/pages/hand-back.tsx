import { isRefused } from '@rekey/kernel';
import { handBack } from '@rekey/recovery';
import type { FastifyReply } from 'fastify';
import type { BrowserRecovery } from './browser-state.js';
import { rememberBrowser } from './known-browser.js';
import type { PageParts } from './parts.js';
import type { Presenter } from './present.js';
import { HandBackPage, NoticePage } from './views.js';

/** Ends the recovery and sends the person back to the app with its code; stays here, to be tried again, when it cannot. */
export async function finishForApp(
  parts: PageParts,
  show: Presenter,
  reply: FastifyReply,
  recovery: BrowserRecovery,
): Promise<FastifyReply> {
  const { context, browser } = parts;
  const done = await handBack(context, recovery);
  if (!isRefused(done)) {
    rememberBrowser(parts, reply, done.device_token);
    browser.forget(reply, 'recovery');
    return show.to(done.redirectTo);
  }
  if (done.code === 'unavailable' || done.code === 'not_possible') {
    const view = <HandBackPage context={show.context} app={recovery.app?.name ?? ''} />;
    return show.page(503, view, recovery.app?.origin);
  }
  // What was proven no longer holds: the page says what else is needed.
  if (done.code === 'not_proven') return show.to('/recover/code');
  return show.page(410, <NoticePage context={show.context} kind="over" />);
}
