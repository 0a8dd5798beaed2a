import { isRefused, type Refusal } from '@rekey/kernel';
import { asksForPassword, type RecoveryView, showRecovery } from '@rekey/recovery';
import type { BrowserRecovery } from './browser-recoveries.js';
import { ended } from './notices.js';
import type { Page, Presenter } from './presenter.js';
import { returnToApp } from './return-to-app.js';
import { NoticePage, ReturnToAppPage } from './views.js';
import { HeldPage } from './views-held.js';
import { StuckPage } from './views-proofs.js';
import type { NoticeKind } from './wording/page.js';

/** After a right proof: to the end, or to the next proof. */
export function showNextPage(
  show: Presenter,
  recovery: BrowserRecovery,
  view: RecoveryView,
): Promise<Page> | Page {
  if (view.state === 'proving') return show.to(pathOf(view));
  if (view.state === 'held') return show.to('/recover/code');
  return recovery.app ? returnToApp(show, recovery) : show.to('/recover/password');
}

/** The page on which the next proof is asked for. */
export const pathOf = ({ methods }: RecoveryView): string =>
  methods.length === 0 || methods.includes('code') ? '/recover/code' : '/recover/other';

/** How the recovery of this browser stands; or the page that the recovery has gone on to. */
export async function provingOr(
  show: Presenter,
  recovery: BrowserRecovery,
): Promise<{ view: RecoveryView } | { page: Page }> {
  const { context } = show.parts;
  const view = await showRecovery(context, recovery);
  if (isRefused(view)) return { page: refused(show, view) };
  if (view.state === 'proven') {
    if (!recovery.app || (await asksForPassword(context, recovery)))
      return { page: show.to('/recover/password') };
    const page = <ReturnToAppPage context={show.context} app={recovery.app.name} />;
    return { page: show.page(200, page, recovery.app.origin) };
  }
  if (view.state === 'held') {
    // Whose recovery waits comes back to it days later.
    show.browser.recoveries.keep(
      recovery,
      Math.ceil((Date.parse(view.expires_at) - context.clock.now()) / 1000),
    );
    return { page: show.page(200, <HeldPage context={show.context} until={view.held_until ?? ''} />) };
  }
  if (view.state !== 'proving') return { page: ended(show, view.state) };
  if (view.methods.length === 0) return { page: show.page(403, <StuckPage context={show.context} />) };
  return { view };
}

/** What became of a recovery that an act came too late for. */
export async function whatBecameOf(show: Presenter, recovery: BrowserRecovery): Promise<Page> {
  const now = await provingOr(show, recovery);
  return 'page' in now ? now.page : show.to(pathOf(now.view));
}

/** The same proof once more: the person goes on to where the first one led, to the app too. */
export async function goOnAgain(show: Presenter, recovery: BrowserRecovery): Promise<Page> {
  const view = recovery.app && (await showRecovery(show.parts.context, recovery));
  const isProven = view && !isRefused(view) && (view.state === 'proven' || view.state === 'completed');
  return isProven ? returnToApp(show, recovery) : whatBecameOf(show, recovery);
}

/** A refusal as a page that says how to go on. @param recovery of this browser, so that the page says how it ended */
export function refused(show: Presenter, refusal: Refusal): Page;
export function refused(show: Presenter, refusal: Refusal, recovery: BrowserRecovery): Page | Promise<Page>;
export function refused(show: Presenter, refusal: Refusal, recovery?: BrowserRecovery): Page | Promise<Page> {
  if (recovery && ['recovery_closed', 'invalid_state'].includes(refusal.code))
    return whatBecameOf(show, recovery);
  const kinds: Partial<Record<Refusal['code'], [status: number, kind: NoticeKind]>> = {
    rate_limited: [429, 'limited'],
    no_tries_left: [429, 'no_tries'],
    unavailable: [503, 'unavailable'],
    not_found: [404, 'no_session'],
  };
  const [status, kind] = kinds[refusal.code] ?? [410, 'over'];
  const retryAfter = kind === 'limited' ? refusal.data.retry_after : undefined;
  return show.page(status, <NoticePage context={show.context} kind={kind} retryAfterSeconds={retryAfter} />);
}
