import { readAuthorizationRequest } from './authorization-request.js';
import { everyForm, type FormPath } from './every-form.js';
import { firstPage } from './first-page.js';
import { codeIn, type Form, textIn } from './form.js';
import type { Page, Presenter } from './presenter.js';
import { NoticePage } from './views.js';

/** The answer to a form that is not ours, or not any more: why, and the page to try on again with what was typed and is no secret. */
export async function notProcessed(show: Presenter, path: FormPath, body: Form): Promise<Page> {
  const { browser, context } = show;
  // Another page than ours sends it: nothing of it is repeated.
  if (browser.isFromElsewhere())
    return show.page(403, <NoticePage context={context} kind="forbidden" again={everyForm[path].page} />);
  // Shown again, the form would come back without the cookie again.
  if (!browser.takesCookies)
    return show.page(403, <NoticePage context={context} kind="no_cookies" again={pageAgain(path, body)} />);
  if (path !== '/recover')
    return show.page(403, <NoticePage context={context} kind="forbidden" again={pageAgain(path, body)} />);
  const app = await readAuthorizationRequest(show, body);
  const identifier = textIn(body.identifier, 254);
  return firstPage(show, app, 403, { identifier, country: textIn(body.country, 2), problem: 'expired' });
}

/** Fields of a form that its page takes as parameters. */
const kept: Partial<Record<FormPath, Record<string, string>>> = {
  '/recover': {
    ...Object.fromEntries(
      ['client_id', 'redirect_uri', 'response_type', 'state', 'code_challenge', 'code_challenge_method'].map(
        (name) => [name, name],
      ),
    ),
    identifier: 'login_hint',
  },
  '/device': { user_code: 'user_code' },
  '/device/answer': { user_code: 'user_code' },
};

function pageAgain(path: FormPath, body: Form): string {
  const query = new URLSearchParams();
  for (const [field, parameter] of Object.entries(kept[path] ?? {})) {
    const value = field === 'user_code' ? codeIn(body[field]) : textIn(body[field], 2_000);
    if (value) query.set(parameter, value);
  }
  const { page } = everyForm[path];
  return query.size > 0 ? `${page}?${query}` : page;
}
