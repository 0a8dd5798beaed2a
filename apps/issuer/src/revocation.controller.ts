import { Controller, HttpCode, Post, UseGuards } from '@nestjs/common';
import { Context, CrossOrigin, CurrentClient, Operation } from '@rekey/http';
import { type Client, revoke, type TokenContext } from '@rekey/tokens';
import type { z } from 'zod';
import { oauthErrorSchema, tokenForm } from './oauth.schema.js';
import { Form, OAuthClientGuard, TakesForm } from './oauth-client-guard.js';
import { grantOrThrow, OAuthEndpoints } from './oauth-http.js';

/** Token revocation (RFC 7009). */
@OAuthEndpoints()
@Controller('oauth2')
@UseGuards(OAuthClientGuard)
export class RevocationController {
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
