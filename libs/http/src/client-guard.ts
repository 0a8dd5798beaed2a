import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import type { Client, ClientDirectory } from '@rekey/tokens';
import { z } from 'zod';
import { clientMembers, findClientForPeople } from './client-authentication.js';
import { guardResult, requestOf } from './guard-result.js';

/** An app whose guards authenticate OAuth clients provides a `ClientDirectory` under this token. */
export const CLIENTS = Symbol('ClientDirectory');

/** Where a guard puts the OAuth client of a request: {@link ClientForPeopleGuard}, and those that apps make for their forms. */
export const currentClient = guardResult<Client>('a guard of clients');

/** The OAuth client of the request. */
export const CurrentClient = currentClient.Parameter;

const members = z.object(clientMembers);

/**
 * For which client a person signs in or recovers, from a body of JSON. Refusals: `unauthorized` with a challenge;
 * `invalid_request` for a client that is unknown or not for people.
 */
@Injectable()
export class ClientForPeopleGuard implements CanActivate {
  constructor(@Inject(CLIENTS) private readonly clients: ClientDirectory) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = requestOf(context);
    const shown = members.safeParse(request.body ?? {});
    // Members of the wrong form name nobody. The schema of the whole body refuses them next, and the handler does not run.
    if (!shown.success) return true;
    currentClient.set(request, await findClientForPeople(this.clients, request, shown.data));
    return true;
  }
}
