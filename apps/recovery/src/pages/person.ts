import type { ArgumentsHost } from '@nestjs/common';
import { inRequest, type PersonSession } from '@rekey/http';
import { authenticateBearer } from '@rekey/tokens';
import { browserOf, Host, PagePipe } from './page-parameters.js';
import type { PageParts } from './parts.js';

/** The person whose session this browser has; undefined without one that is good right now. */
export async function personOf(parts: PageParts, host: ArgumentsHost): Promise<PersonSession | undefined> {
  const browser = browserOf(parts, host);
  const token = browser.session();
  const bearer = token
    ? await authenticateBearer(inRequest(parts.tokens, browser.request), token)
    : undefined;
  return bearer?.sid ? { ...bearer, sid: bearer.sid } : undefined;
}

class PersonPipe extends PagePipe<Promise<PersonSession | undefined>> {
  transform(host: ArgumentsHost): Promise<PersonSession | undefined> {
    return personOf(this.parts, host);
  }
}

/** {@link personOf}, where a page is shown without a person too. */
export const Person = (): ParameterDecorator => Host(PersonPipe);
