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
import { clientFields, Form, OAuthClientGuard, TakesForm } from './oauth-client-guard.js';
import { grantOrThrow, OAuthEndpoints } from './oauth-http.js';

// How long a value may be is no matter of form: what no such token can be is `invalid_grant`, like every other that is unknown.
const text = z.string();
const scope = z.string().optional();
/** Visible ASCII, as every URL is: what else comes never reaches a query. */
const address = z.string().regex(/^[\x21-\x7e]{1,2000}$/);

const exchangeForm = z.object({
  ...clientFields,
  grant_type: z.literal(tokenExchangeGrant),
  subject_token: text,
  subject_token_type: text,
  requested_token_type: text.optional(),
  redirect_uri: address.optional(),
  code_challenge: text.optional(),
  audience: text.optional(),
  resource: text.optional(),
  actor_token: text.optional().describe('Not supported'),
  scope,
});
const codeForm = z.object({
  ...clientFields,
  grant_type: z.literal('authorization_code'),
  code: text,
  redirect_uri: address,
  code_verifier: z.string().regex(/^[\w.~-]{43,128}$/),
});
const refreshForm = z.object({
  ...clientFields,
  grant_type: z.literal('refresh_token'),
  refresh_token: text,
  scope,
});
const deviceForm = z.object({ ...clientFields, grant_type: z.literal(deviceGrant), device_code: text });
const clientForm = z.object({ ...clientFields, grant_type: z.literal('client_credentials'), scope });
const forms = [exchangeForm, codeForm, refreshForm, deviceForm, clientForm] as const;
/** The grant says which form it is, so that what is wrong is said of that form only. */
const tokenForm = z.discriminatedUnion('grant_type', forms);

export const tokenResponseSchema = z.object({
  access_token: z.string(),
  token_type: z.enum(['Bearer', 'N_A']),
  expires_in: z.number().int(),
  refresh_token: z.string().optional(),
  scope: z.string(),
  issued_token_type: z.string().optional(),
});
/** Of a session that a person has begun or renewed here. */
export const sessionResponseSchema = tokenResponseSchema.extend({
  device_token: z
    .string()
    .describe(
      'Keep it after the session ends. Send it with the next sign-in or recovery from this browser or app',
    ),
});
export const oauthErrorSchema = z.object({ error: z.string(), error_description: z.string().optional() });

@OAuthEndpoints()
@Controller('oauth2')
@UseGuards(OAuthClientGuard)
export class TokenController {
  constructor(@Inject(CLIENTS) private readonly clients: ClientDirectory) {}

  @Post('token')
  @HttpCode(200)
  @CrossOrigin()
  @TakesForm({ schema: tokenForm, unnamed: 'default' })
  @Operation({
    summary:
      'Get tokens: token exchange, authorization code with PKCE, refresh token, device code, client credentials',
    description: 'RFC 6749, RFC 7636, RFC 8628, RFC 8693',
    body: z.union(forms),
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
    @Form() form: z.output<typeof tokenForm>,
    @Ip() source: string,
  ): Promise<TokenResponse> {
    return grantOrThrow(
      form.grant_type === tokenExchangeGrant
        ? await exchangeAssertion(context, this.clients, form)
        : await grantTo(context, client, { ...form, source }),
    );
  }
}

type ClientGrant = Exclude<z.output<typeof tokenForm>, z.output<typeof exchangeForm>> & { source: string };

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
