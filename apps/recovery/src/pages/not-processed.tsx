import { everyForm, type FormPath } from './every-form.js';
import { type Form, textIn, userCodeIn } from './form.js';
import type { Page, Presenter } from './presenter.js';
import { NoticePage } from './views.js';

/** The answer to a form that is not ours, or not any more: why, and the page to try on again with what was typed and is no secret. */
export function notProcessed(show: Presenter, path: FormPath, body: Form): Page {
  const { browser, context } = show;
  // Of what another site's page sends nothing is repeated. Without cookies the same form would come back as it is now.
  const again = browser.isFromElsewhere() ? everyForm[path].page : pageAgain(path, body);
  const kind = browser.takesCookies || browser.isFromElsewhere() ? 'forbidden' : 'no_cookies';
  return show.page(403, <NoticePage context={context} kind={kind} again={again} />);
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
    country: 'country',
  },
  '/device': { user_code: 'user_code' },
  '/device/answer': { user_code: 'user_code' },
};

function pageAgain(path: FormPath, body: Form): string {
  const query = new URLSearchParams();
  for (const [field, parameter] of Object.entries(kept[path] ?? {})) {
    const value = field === 'user_code' ? userCodeIn(body[field]) : textIn(body[field], 2_000);
    if (value) query.set(parameter, value);
  }
  const { page } = everyForm[path];
  return query.size > 0 ? `${page}?${query}` : page;
}
