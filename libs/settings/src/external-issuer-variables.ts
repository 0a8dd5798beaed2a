import { z } from 'zod';
import { list, publicUrl, text, type Variable } from './variable.js';

/** To the letter: an issuer identifier with a slash at its end is another one than without (RFC 8414 §3.3). */
const bareUrl = publicUrl('http:', 'https:').refine((text) => !/[?#]/.test(text));

/** An authorization server that is not ours, from which recoveries get their credentials. */
export const externalIssuerVariables = {
  EXTERNAL_ISSUER_URL: {
    meaning:
      'issuer identifier, to the letter, of another authorization server that fresh credentials come from (see "Another issuer")',
    default: "unset: Rekey's own issuer",
    allowed: 'an http:// or https:// URL without user, query or fragment',
    schema: bareUrl,
  },
  EXTERNAL_ISSUER_TOKEN_ENDPOINT: {
    meaning: 'its token endpoint, where it publishes no metadata',
    default: 'discovered (RFC 8414, else OpenID Connect Discovery)',
    allowed: 'an http:// or https:// URL without user or fragment',
    schema: publicUrl('http:', 'https:').refine((text) => !text.includes('#')),
  },
  EXTERNAL_ISSUER_GRANT: {
    meaning: 'how it is asked: `token-exchange` (RFC 8693) or `jwt-bearer` (RFC 7523 §2.1)',
    default: 'none; needed with `EXTERNAL_ISSUER_URL`',
    allowed: 'token-exchange or jwt-bearer',
    schema: z.enum(['token-exchange', 'jwt-bearer']),
  },
  EXTERNAL_ISSUER_CLIENT_ID: text(
    'who Rekey is there',
    'none; needed with `EXTERNAL_ISSUER_URL`',
    'the client_id it is registered with',
  ),
  EXTERNAL_ISSUER_CLIENT_SECRET: text('its secret', 'none', "the client's secret", true),
  EXTERNAL_ISSUER_CLIENT_AUTH: {
    meaning:
      '`client_secret_basic`, `client_secret_post` or `private_key_jwt` (with the keys that Rekey publishes)',
    default: '`client_secret_basic` with a secret, else `private_key_jwt`',
    allowed: 'client_secret_basic, client_secret_post or private_key_jwt',
    schema: z.enum(['client_secret_basic', 'client_secret_post', 'private_key_jwt']),
  },
  EXTERNAL_ISSUER_SCOPE: {
    meaning: '`scope` to ask it for',
    default: 'none: what it grants by default',
    allowed: 'scopes with a space between them (RFC 6749 §3.3)',
    schema: z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*$/),
  },
  EXTERNAL_ISSUER_RESOURCE: {
    meaning: '`resource` to ask for (RFC 8707), comma-separated',
    default: 'none',
    allowed: 'absolute URIs without fragment, comma-separated',
    schema: list(z.string().refine((text) => URL.canParse(text) && !text.includes('#'))),
  },
  EXTERNAL_ISSUER_AUDIENCE: {
    meaning: '`audience` of a token exchange (RFC 8693 §2.1), comma-separated',
    default: 'none',
    allowed: 'one or more names, comma-separated',
    schema: list(z.string().min(1)),
  },
} satisfies Record<string, Variable>;
