import { deviceGrant, tokenExchangeGrant } from '@rekey/tokens';
import { z } from 'zod';

/** How a client authenticates in a form (RFC 6749 §2.3.1). */
export const clientFields = {
  client_id: z.string().optional(),
  client_secret: z.string().optional(),
};

/** Of introspection and revocation. */
export const tokenForm = z.object({
  ...clientFields,
  token: z.string(),
  token_type_hint: z.string().optional().describe('Not needed: all kinds of token are searched'),
});

// How long a value may be is no matter of form: what no such token can be is `invalid_grant`, like every other that is unknown.
const text = z.string();
const scope = z.string().optional();
/** Visible ASCII, as every URL is: what else comes never reaches a query. */
const address = z.string().regex(/^[\x21-\x7e]{1,2000}$/);

export const exchangeForm = z.object({
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
export const grantForms = [exchangeForm, codeForm, refreshForm, deviceForm, clientForm] as const;
/** The grant says which form it is, so that what is wrong is said of that form only. */
export const grantForm = z.discriminatedUnion('grant_type', grantForms);

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
