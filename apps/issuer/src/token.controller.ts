import { Controller, HttpCode, Inject, Post, Req, UseFilters } from '@nestjs/common';
import { inRequest, Operation } from '@rekey/http';
import {
  type Client,
  type ClientDirectory,
  deviceGrant,
  exchangeAssertion,
  type Grant,
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
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type ClientFields, callingClient, clientFields, showsCredentials } from './client-authentication.js';
import { CLIENTS, CONTEXT } from './injection.js';
import { formOf, grantOrThrow, OAuthException, OAuthFilter, readForm } from './oauth-http.js';

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
const clientForm = z.object({ ...clientFields, grant_type: z.literal('client_credentials'), scope });

const deviceForm = z.object({ ...clientFields, grant_type: z.literal(deviceGrant), device_code: text });

const anyForm = z.object({ grant_type: text });
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

@Controller('oauth2')
@UseFilters(OAuthFilter)
export class TokenController {
  constructor(
    @Inject(CONTEXT) private readonly context: TokenContext,
    @Inject(CLIENTS) private readonly clients: ClientDirectory,
  ) {}

  @Post('token')
  @HttpCode(200)
  @Operation({
    summary:
      'Get tokens: token exchange, authorization code with PKCE, refresh token, device code, client credentials',
    description: 'RFC 6749, RFC 7636, RFC 8628, RFC 8693',
    body: z.union([exchangeForm, codeForm, refreshForm, deviceForm, clientForm]),
    bodyType: 'application/x-www-form-urlencoded',
    answers: {
      200: { description: 'tokens', schema: tokenResponseSchema },
      400: { description: 'RFC 6749 §5.2', schema: oauthErrorSchema },
      401: { description: 'invalid_client', schema: oauthErrorSchema },
    },
  })
  token(@Req() request: FastifyRequest): Promise<TokenResponse> {
    const form = formOf(request);
    const { grant_type: grant } = readForm(anyForm, form);
    const context = inRequest(this.context, request);
    switch (grant) {
      case tokenExchangeGrant:
        return this.exchange(context, request, readForm(exchangeForm, form));
      case 'authorization_code':
        return this.byClient(request, readForm(codeForm, form), grant, (client, read) =>
          redeemCode(context, client, { ...read, source: request.ip }),
        );
      case 'refresh_token':
        return this.byClient(request, readForm(refreshForm, form), grant, (client, read) =>
          refresh(context, client, { ...read, source: request.ip }),
        );
      case deviceGrant:
        return this.byClient(request, readForm(deviceForm, form), grant, (client, read) =>
          redeemDeviceCode(context, client, read),
        );
      case 'client_credentials':
        return this.byClient(request, readForm(clientForm, form), grant, (client, read) =>
          grantClientCredentials(context, client, read),
        );
      default:
        throw new OAuthException(oauthRefuse('unsupported_grant_type'));
    }
  }

  /** The assertion says for which client it is, and stands for its authentication. */
  private async exchange(
    context: TokenContext,
    request: FastifyRequest,
    form: z.output<typeof exchangeForm>,
  ): Promise<TokenResponse> {
    if (showsCredentials(request, form)) await callingClient(this.clients, request, form);
    return grantOrThrow(await exchangeAssertion(context, this.clients, form));
  }

  private async byClient<Read extends ClientFields>(
    request: FastifyRequest,
    form: Read,
    grant: Grant,
    issue: (client: Client, form: Read) => Promise<TokenResponse | OAuthRefusal>,
  ): Promise<TokenResponse> {
    const client = await callingClient(this.clients, request, form, 'default');
    if (!client.grants.includes(grant))
      throw new OAuthException(oauthRefuse('unauthorized_client', 'the client may not use this grant'));
    return grantOrThrow(await issue(client, form));
  }
}
