import { type AppRequest, errorUrl } from './authorization-request.js';
import type { Page, Presenter } from './presenter.js';
import { FormPage } from './views.js';

/** The page on which a recovery begins, for an app or without one. */
export function firstPage(
  show: Presenter,
  app: AppRequest | undefined,
  status: number,
  typed: { identifier: string; country?: string | undefined; problemIn?: 'identifier' | 'country' },
): Page {
  const { issuerUrl } = show.parts.context;
  return show.page(
    status,
    <FormPage
      context={show.context}
      app={app?.client.name}
      carried={app?.carried ?? {}}
      cancelUrl={app && errorUrl({ ...app, issuerUrl }, 'access_denied')}
      {...typed}
    />,
  );
}
