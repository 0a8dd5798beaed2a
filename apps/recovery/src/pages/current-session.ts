import { authenticateSession, type PersonSession } from '@rekey/http';
import type { Presenter } from './presenter.js';

/** The person whose session this browser has; undefined without one that is good right now. */
export async function currentSession({ browser, parts }: Presenter): Promise<PersonSession | undefined> {
  const token = browser.session();
  return token ? authenticateSession(parts.tokens, token) : undefined;
}
