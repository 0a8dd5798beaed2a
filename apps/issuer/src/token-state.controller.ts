import { Controller, HttpCode, Inject, Post, Req, UseFilters } from '@nestjs/common';
import { inRequest, Operation } from '@rekey/http';
import {
  type ClientDirectory,
  type Introspection,
  introspect,
  oauthRefuse,
  revoke,
  type TokenContext,
} from '@rekey/tokens';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { callingClient, clientFields } from './client-authentication.js';
import { CLIENTS, CONTEXT } from './injection.js';
import { formOf, grantOrThrow, OAuthException, OAuthFilter, readForm } from './oauth-http.js';
import { oauthErrorSchema } from './token.controller.js';

const tokenForm = z.object({
  ...clientFields,
  token: z.string(),
  token_type_hint: z.string().optional().describe('Not needed: all kinds of token are searched'),
});

/** Is a token good, and: it shall not be any more. */
@Controller('oauth2')
@UseFilters(OAuthFilter)
export class TokenStateController {
  constructor(
    @Inject(CONTEXT) private readonly context: TokenContext,
    @Inject(CLIENTS) private readonly clients: ClientDirectory,
  ) {}

  @Post('introspect')
  @HttpCode(200)
  @Operation({
    summary: 'Token introspection (RFC 7662)',
    description:
      'For confidential clients. Resource servers ask here if they cannot wait ten minutes for a revocation to take effect.',
    body: tokenForm,
    bodyType: 'application/x-www-form-urlencoded',
    answers: {
      200: { description: 'its state', schema: z.looseObject({ active: z.boolean() }) },
      400: { description: 'invalid_request', schema: oauthErrorSchema },
      401: { description: 'invalid_client', schema: oauthErrorSchema },
    },
  })
  async introspect(@Req() request: FastifyRequest): Promise<Introspection> {
    const form = readForm(tokenForm, formOf(request));
    const client = await callingClient(this.clients, request, form);
    // RFC 7662 §2.1 and §4: an endpoint that anybody may ask is one to try out tokens at.
    if (client.type === 'public')
      throw new OAuthException(oauthRefuse('invalid_client', 'a confidential client is required'));
    return introspect(inRequest(this.context, request), client, form.token);
  }

  @Post('revoke')
  @HttpCode(200)
  @Operation({
    summary: 'Token revocation (RFC 7009): end the session of a token',
    body: tokenForm,
    bodyType: 'application/x-www-form-urlencoded',
    answers: {
      200: { description: 'ended, or there was nothing to end' },
      400: {
        description: 'invalid_request, or invalid_grant: a token of another client',
        schema: oauthErrorSchema,
      },
      401: { description: 'invalid_client', schema: oauthErrorSchema },
    },
  })
  async revoke(@Req() request: FastifyRequest): Promise<void> {
    const form = readForm(tokenForm, formOf(request));
    const client = await callingClient(this.clients, request, form, 'default');
    grantOrThrow(await revoke(inRequest(this.context, request), client, form.token));
  }
}
