import type { RecoveryState } from '@rekey/recovery';
import type { Page, Presenter } from './presenter.js';
import { NoticePage } from './views.js';
import type { NoticeKind } from './wording/page.js';

/** How a recovery has ended. */
export function ended(show: Presenter, state: RecoveryState, status = 410): Page {
  const kind: NoticeKind =
    state === 'completed' || state === 'cancelled' || state === 'stopped' || state === 'expired'
      ? state
      : 'over';
  return show.page(
    status,
    <NoticePage context={show.context} kind={kind} signInUrl={show.parts.signInUrl} />,
  );
}

export const badRequest = (show: Presenter) =>
  show.page(400, <NoticePage context={show.context} kind="bad_request" />);

/** Nothing is in progress in this browser; if it has just ended something, that is said. */
export function noSession(show: Presenter): Page {
  const kind = show.browser.lately().ended?.how ?? 'no_session';
  return show.page(404, <NoticePage context={show.context} kind={kind} signInUrl={show.parts.signInUrl} />);
}
