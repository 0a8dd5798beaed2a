import { Controller, HttpCode, Post, UseGuards } from '@nestjs/common';
import { Context, CrossOrigin, CurrentClient, Operation } from '@rekey/http';
import { type Client, type Introspection, introspect, revoke, type TokenContext } from '@rekey/tokens';
import { z } from 'zod';
import { clientFields, Form, OAuthClientGuard, TakesForm } from './oauth-client-guard.js';
import { grantOrThrow, OAuthEndpoints } from './oauth-http.js';
import { oauthErrorSchema } from './token.controller.js';

const tokenForm = z.object({
  ...clientFields,
  token: z.string(),
  token_type_hint: z.string().optional().describe('Not needed: all kinds of token are searched'),
});

/** Is a token good, and: it shall not be any more. */
@OAuthEndpoints()
@Controller('oauth2')
@UseGuards(OAuthClientGuard)
export class TokenStateController {
  @Post('introspect')
  @HttpCode(200)
  @TakesForm({ schema: tokenForm, confidential: true })
  @Operation({
    summary: 'Token introspection (RFC 7662)',
    description:
      'For confidential clients. Resource servers ask here if they cannot wait ten minutes for a revocation to take effect.',
    body: tokenForm,
    bodyType: 'application/x-www-form-urlencoded',
    responses: {
      200: { description: 'its state', schema: z.looseObject({ active: z.boolean() }) },
      400: { description: 'invalid_request', schema: oauthErrorSchema },
      401: { description: 'invalid_client', schema: oauthErrorSchema },
    },
  })
  introspect(
    @Context() context: TokenContext,
    @CurrentClient() client: Client,
    @Form() { token }: z.output<typeof tokenForm>,
  ): Promise<Introspection> {
    return introspect(context, client, token);
  }

  @Post('revoke')
  @HttpCode(200)
  @CrossOrigin()
  @TakesForm({ schema: tokenForm, unnamed: 'default' })
  @Operation({
    summary: 'Token revocation (RFC 7009): end the session of a token',
    body: tokenForm,
    bodyType: 'application/x-www-form-urlencoded',
    responses: {
      200: { description: 'ended, or there was nothing to end' },
      400: {
        description: 'invalid_request, or invalid_grant: a token of another client',
        schema: oauthErrorSchema,
      },
      401: { description: 'invalid_client', schema: oauthErrorSchema },
    },
  })
  async revoke(
    @Context() context: TokenContext,
    @CurrentClient() client: Client,
    @Form() { token }: z.output<typeof tokenForm>,
  ): Promise<void> {
    grantOrThrow(await revoke(context, client, token));
  }
}
