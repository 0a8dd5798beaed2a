import { z } from 'zod';
import { list, publicUrl, text, type Variable } from './variable.js';

/** Compared exactly: an issuer identifier with a trailing slash differs from one without (RFC 8414 §3.3). */
const bareUrl = publicUrl('http:', 'https:').refine((text) => !/[?#]/.test(text));

/** An external authorization server that issues the credentials of recoveries. */
export const externalIssuerVariables = {
  EXTERNAL_ISSUER_URL: {
    meaning:
      'exact issuer identifier of another authorization server that issues the new credentials (see "Use an external issuer")',
    default: "unset: Rekey's own issuer",
    allowed: 'an http:// or https:// URL without user, query or fragment',
    schema: bareUrl,
  },
  EXTERNAL_ISSUER_TOKEN_ENDPOINT: {
    meaning: 'token endpoint of that server, if it publishes no metadata',
    default: 'discovered (RFC 8414, else OpenID Connect Discovery)',
    allowed: 'an http:// or https:// URL without user or fragment',
    schema: publicUrl('http:', 'https:').refine((text) => !text.includes('#')),
  },
  EXTERNAL_ISSUER_GRANT: {
    meaning: 'grant type to use there: `token-exchange` (RFC 8693) or `jwt-bearer` (RFC 7523 §2.1)',
    default: 'none; required with `EXTERNAL_ISSUER_URL`',
    allowed: 'token-exchange or jwt-bearer',
    schema: z.enum(['token-exchange', 'jwt-bearer']),
  },
  EXTERNAL_ISSUER_CLIENT_ID: text(
    'client id of Rekey there',
    'none; required with `EXTERNAL_ISSUER_URL`',
    'the client_id that Rekey is registered with',
  ),
  EXTERNAL_ISSUER_CLIENT_SECRET: text('secret of that client', 'none', "the client's secret", true),
  EXTERNAL_ISSUER_CLIENT_AUTH: {
    meaning:
      'how Rekey authenticates there: `client_secret_basic`, `client_secret_post` or `private_key_jwt` (signed with a key that Rekey publishes)',
    default: '`client_secret_basic` with a secret, else `private_key_jwt`',
    allowed: 'client_secret_basic, client_secret_post or private_key_jwt',
    schema: z.enum(['client_secret_basic', 'client_secret_post', 'private_key_jwt']),
  },
  EXTERNAL_ISSUER_SCOPE: {
    meaning: '`scope` to request',
    default: 'none: the default of that server',
    allowed: 'scopes with a space between them (RFC 6749 §3.3)',
    schema: z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*$/),
  },
  EXTERNAL_ISSUER_RESOURCE: {
    meaning: '`resource` to request (RFC 8707), comma-separated',
    default: 'none',
    allowed: 'absolute URIs without fragment, comma-separated',
    schema: list(z.string().refine((text) => URL.canParse(text) && !text.includes('#'))),
  },
  EXTERNAL_ISSUER_AUDIENCE: {
    meaning: '`audience` to request in a token exchange (RFC 8693 §2.1), comma-separated',
    default: 'none',
    allowed: 'one or more names, comma-separated',
    schema: list(z.string().min(1)),
  },
} satisfies Record<string, Variable>;
