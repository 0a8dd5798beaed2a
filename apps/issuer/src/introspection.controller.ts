import { Controller, HttpCode, Post, UseGuards } from '@nestjs/common';
import { Context, CurrentClient, Operation } from '@rekey/http';
import { type Client, type Introspection, introspect, type TokenContext } from '@rekey/tokens';
import { z } from 'zod';
import { oauthErrorSchema, tokenForm } from './oauth.schema.js';
import { Form, OAuthClientGuard, TakesForm } from './oauth-client-guard.js';
import { OAuthEndpoints } from './oauth-http.js';

/** Token introspection (RFC 7662). */
@OAuthEndpoints()
@Controller('oauth2')
@UseGuards(OAuthClientGuard)
export class IntrospectionController {
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
}
