import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { authenticateClient, CLIENTS, currentClient, guardResult, requestOf } from '@rekey/http';
import {
  type Client,
  type ClientDirectory,
  type Grant,
  oauthRefuse,
  tokenExchangeGrant,
} from '@rekey/tokens';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { formOf, grantOrThrow, OAuthException, readForm } from './oauth-http.js';

/** What of a form decides which client may send it. */
interface ClientForm {
  client_id?: string | undefined;
  client_secret?: string | undefined;
  grant_type?: Grant;
}

/** What an OAuth endpoint takes, and from which clients. */
interface FormRule {
  schema: z.ZodType<ClientForm>;
  /** The client of a request that names none. */
  unnamed?: string;
  /** Public clients are refused. */
  confidential?: boolean;
  /** What the client must be allowed to use; `grant_type` of the form when left out. */
  grant?: Grant;
}

export const TakesForm = Reflector.createDecorator<FormRule>();

const currentForm = guardResult<ClientForm>('OAuthClientGuard');

/** The form of the request, as the schema of {@link TakesForm} reads it. */
export const Form = currentForm.Parameter;

/**
 * Reads the form of a request, and authenticates the client that sends it. In this order: a client learns what is wrong with its
 * form before its secret is looked at.
 *
 * Refusals: `invalid_request`, `unsupported_grant_type`, `invalid_client`, `unauthorized_client`.
 */
@Injectable()
export class OAuthClientGuard implements CanActivate {
  constructor(
    @Inject(CLIENTS) private readonly clients: ClientDirectory,
    private readonly reflector: Reflector,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = requestOf(context);
    const rule = this.reflector.get(TakesForm, context.getHandler());
    if (!rule) throw new Error('a route of OAuthClientGuard has no @TakesForm');
    const shown = formOf(request);
    const form = readForm(rule.schema, shown);
    currentForm.set(request, form);
    const { authorization } = request.headers;
    const ways = { authorization, clientSecret: form.client_secret, assertion: shown.client_assertion };
    currentClient.set(request, await this.clientOf(request, form, ways, rule));
    return true;
  }

  private async clientOf(
    request: FastifyRequest,
    { client_id: named, grant_type: grantType }: ClientForm,
    ways: { authorization: string | undefined; clientSecret: string | undefined; assertion: unknown },
    { unnamed, confidential, grant = grantType }: FormRule,
  ): Promise<Client | undefined> {
    const isAssertion = grant === tokenExchangeGrant;
    const { authorization, clientSecret, assertion } = ways;
    // The assertion of a recovery says for which client it is. Credentials beside it are not needed, but have to be right.
    if (isAssertion && (authorization ?? clientSecret ?? assertion) === undefined) return undefined;
    const clientId = named ?? (isAssertion || authorization !== undefined ? undefined : unnamed);
    const client = grantOrThrow(
      await authenticateClient(this.clients, request, { authorization, clientSecret, assertion, clientId }),
    );
    // RFC 7662 §2.1 and §4: an endpoint that anybody may ask is one to try out tokens at.
    if (confidential && client.type === 'public')
      throw new OAuthException(oauthRefuse('invalid_client', 'a confidential client is required'));
    if (grant && !isAssertion && !client.grants.includes(grant))
      throw new OAuthException(oauthRefuse('unauthorized_client', 'the client may not use this grant'));
    return client;
  }
}
