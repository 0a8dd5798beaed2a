import { Controller, Get, Header, Inject } from '@nestjs/common';
import { CONTEXT, CrossOrigin, Operation, Public } from '@rekey/http';
import { grants, keySetCacheControl, managementScopes, type TokenContext } from '@rekey/tokens';
import { z } from 'zod';

@Public()
@Controller()
export class MetadataController {
  constructor(@Inject(CONTEXT) private readonly context: TokenContext) {}

  @Get('.well-known/oauth-authorization-server')
  @CrossOrigin()
  @Header('cache-control', keySetCacheControl)
  @Operation({
    summary: 'Authorization server metadata (RFC 8414)',
    responses: { 200: { description: 'metadata', schema: z.looseObject({ issuer: z.string() }) } },
  })
  metadata() {
    const at = (path: string) => `${this.context.issuerUrl}${path}`;
    const methods = ['client_secret_basic', 'client_secret_post'];
    return {
      issuer: this.context.issuerUrl,
      // People begin at the hosted pages, as an OAuth authorization request.
      authorization_endpoint: `${this.context.recoveryUrl}/recover`,
      token_endpoint: at('/oauth2/token'),
      device_authorization_endpoint: at('/oauth2/device_authorization'),
      jwks_uri: at('/oauth2/jwks'),
      revocation_endpoint: at('/oauth2/revoke'),
      introspection_endpoint: at('/oauth2/introspect'),
      service_documentation: at('/docs'),
      response_types_supported: ['code'],
      response_modes_supported: ['query'],
      grant_types_supported: grants,
      code_challenge_methods_supported: ['S256'],
      scopes_supported: ['account', ...managementScopes],
      token_endpoint_auth_methods_supported: [...methods, 'none'],
      revocation_endpoint_auth_methods_supported: [...methods, 'none'],
      introspection_endpoint_auth_methods_supported: methods,
      authorization_response_iss_parameter_supported: true,
    };
  }

  @Get('oauth2/jwks')
  @CrossOrigin()
  @Header('cache-control', keySetCacheControl)
  @Operation({
    summary: 'Public keys to verify access tokens (RFC 7517)',
    responses: {
      200: { description: 'keys', schema: z.object({ keys: z.array(z.looseObject({ kid: z.string() })) }) },
    },
  })
  jwks() {
    return this.context.keys.publicJwks('access_token');
  }
}
