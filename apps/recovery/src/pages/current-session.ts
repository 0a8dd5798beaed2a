import type { PersonSession } from '@rekey/http';
import { authenticateBearer } from '@rekey/tokens';
import type { Presenter } from './presenter.js';

/** The person whose session this browser has; undefined without one that is good right now. */
export async function currentSession({ browser, parts }: Presenter): Promise<PersonSession | undefined> {
  const token = browser.session();
  const bearer = token ? await authenticateBearer(parts.tokens, token) : undefined;
  return bearer?.sid ? { ...bearer, sid: bearer.sid } : undefined;
}
