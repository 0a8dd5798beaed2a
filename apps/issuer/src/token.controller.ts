import { Controller, HttpCode, Inject, Ip, Post, UseGuards } from '@nestjs/common';
import { CLIENTS, Context, CrossOrigin, CurrentClient, Operation } from '@rekey/http';
import {
  type Client,
  type ClientDirectory,
  deviceGrant,
  exchangeAssertion,
  grantClientCredentials,
  type OAuthRefusal,
  oauthRefuse,
  redeemCode,
  redeemDeviceCode,
  refresh,
  type TokenContext,
  type TokenResponse,
  tokenExchangeGrant,
} from '@rekey/tokens';
import { z } from 'zod';
import {
  type exchangeForm,
  grantForm,
  grantForms,
  oauthErrorSchema,
  tokenResponseSchema,
} from './oauth.schema.js';
import { Form, OAuthClientGuard, TakesForm } from './oauth-client-guard.js';
import { grantOrThrow, OAuthEndpoints } from './oauth-http.js';

@OAuthEndpoints()
@Controller('oauth2')
@UseGuards(OAuthClientGuard)
export class TokenController {
  constructor(@Inject(CLIENTS) private readonly clients: ClientDirectory) {}

  @Post('token')
  @HttpCode(200)
  @CrossOrigin()
  @TakesForm({ schema: grantForm, unnamed: 'default' })
  @Operation({
    summary:
      'Get tokens: token exchange, authorization code with PKCE, refresh token, device code, client credentials',
    description: 'RFC 6749, RFC 7636, RFC 8628, RFC 8693',
    body: z.union(grantForms),
    bodyType: 'application/x-www-form-urlencoded',
    responses: {
      200: { description: 'tokens', schema: tokenResponseSchema },
      400: { description: 'RFC 6749 §5.2', schema: oauthErrorSchema },
      401: { description: 'invalid_client', schema: oauthErrorSchema },
    },
  })
  async token(
    @Context() context: TokenContext,
    @CurrentClient() client: Client | undefined,
    @Form() form: z.output<typeof grantForm>,
    @Ip() source: string,
  ): Promise<TokenResponse> {
    return grantOrThrow(
      form.grant_type === tokenExchangeGrant
        ? await exchangeAssertion(context, this.clients, form)
        : await grantTo(context, client, { ...form, source }),
    );
  }
}

type ClientGrant = Exclude<z.output<typeof grantForm>, z.output<typeof exchangeForm>> & { source: string };

async function grantTo(
  context: TokenContext,
  client: Client | undefined,
  form: ClientGrant,
): Promise<TokenResponse | OAuthRefusal> {
  if (!client) return oauthRefuse('invalid_client', 'client authentication is required');
  switch (form.grant_type) {
    case 'authorization_code':
      return redeemCode(context, client, form);
    case 'refresh_token':
      return refresh(context, client, form);
    case deviceGrant:
      return redeemDeviceCode(context, client, form);
    case 'client_credentials':
      return grantClientCredentials(context, client, form);
  }
}
