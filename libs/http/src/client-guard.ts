import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import type { Client, ClientDirectory } from '@rekey/tokens';
import { z } from 'zod';
import { clientMembers, findClientForPeople } from './client-authentication.js';
import { guardResult, requestOf } from './guard-result.js';
import { parse } from './refused-exception.js';

/** An app whose guards authenticate OAuth clients provides a `ClientDirectory` under this token. */
export const CLIENTS = Symbol('ClientDirectory');

/**
 * Where a guard puts the OAuth client of a request: {@link ClientForPeopleGuard}, and those that apps make for their forms.
 * Undefined where a form does without one.
 */
export const currentClient = guardResult<Client | undefined>('a guard of clients');

/** The OAuth client of the request. */
export const CurrentClient = currentClient.Parameter;

const members = z.object(clientMembers);

/**
 * For which client a person signs in or recovers, from a body of JSON. Refusals: `unauthorized` with a challenge;
 * `invalid_request` for a client that is unknown or not for people, and for members of the wrong form.
 */
@Injectable()
export class ClientForPeopleGuard implements CanActivate {
  constructor(@Inject(CLIENTS) private readonly clients: ClientDirectory) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = requestOf(context);
    // Not left to the schema of the whole body: parameters without a pipe are read before it has refused.
    const shown = parse(members, request.body);
    currentClient.set(request, await findClientForPeople(this.clients, request, shown));
    return true;
  }
}
