import { z } from 'zod';
import type { Run } from '../run.js';
import {
  baseUrl,
  choice,
  type Given,
  list,
  names,
  publicUrl,
  secret,
  text,
  type Values,
  type Variable,
} from '../variable.js';

/** Compared exactly: an issuer identifier with a trailing slash differs from one without (RFC 8414 §3.3). */
const bareUrl = publicUrl('http:', 'https:').refine((text) => !/[?#]/.test(text));

const required = { unset: 'none; required with `EXTERNAL_ISSUER_URL`' };

/** An external authorization server that issues the credentials of recoveries. */
export const externalIssuerVariables = {
  EXTERNAL_ISSUER_URL: {
    meaning:
      'exact issuer identifier of another authorization server that issues the new credentials (see "Use an external issuer")',
    unset: "unset: Rekey's own issuer",
    allowed: baseUrl.allowed,
    schema: bareUrl,
  },
  EXTERNAL_ISSUER_TOKEN_ENDPOINT: {
    meaning: 'token endpoint of that server, if it publishes no metadata',
    unset: 'discovered (RFC 8414, else OpenID Connect Discovery)',
    allowed: 'an http:// or https:// URL without user or fragment',
    schema: publicUrl('http:', 'https:').refine((text) => !text.includes('#')),
  },
  EXTERNAL_ISSUER_GRANT: choice(
    'grant type to use there: `token-exchange` (RFC 8693) or `jwt-bearer` (RFC 7523 §2.1)',
    ['token-exchange', 'jwt-bearer'],
    required,
  ),
  EXTERNAL_ISSUER_CLIENT_ID: text(
    'client id of Rekey there',
    required,
    'the client_id that Rekey is registered with',
  ),
  EXTERNAL_ISSUER_CLIENT_SECRET: secret('secret of that client', 'none', "the client's secret"),
  EXTERNAL_ISSUER_CLIENT_AUTH: choice(
    'how Rekey authenticates there. `private_key_jwt` is signed with a key that Rekey publishes',
    ['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
    { unset: '`client_secret_basic` with a secret, else `private_key_jwt`' },
  ),
  EXTERNAL_ISSUER_SCOPE: {
    meaning: '`scope` to request',
    unset: 'none: the default of that server',
    allowed: 'scopes with a space between them (RFC 6749 §3.3)',
    schema: z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*$/),
  },
  EXTERNAL_ISSUER_RESOURCE: {
    meaning: '`resource` to request (RFC 8707), comma-separated',
    default: [],
    allowed: 'absolute URIs without fragment, comma-separated',
    schema: list(z.string().refine((text) => URL.canParse(text) && !text.includes('#'))),
  },
  EXTERNAL_ISSUER_AUDIENCE: {
    meaning: '`audience` to request in a token exchange (RFC 8693 §2.1), comma-separated',
    default: [],
    ...names,
  },
} satisfies Record<string, Variable>;

type Variables = typeof externalIssuerVariables;

/** Only in the processes that call it. Returns contradictions between the variables. */
export function externalIssuerProblems(given: Given<Variables>, { process, production }: Run): string[] {
  const set = (Object.keys(externalIssuerVariables) as (keyof Variables)[]).filter((name) => given[name]);
  if (set.length === 0 || !callers.includes(process)) return [];
  const problems: string[] = [];
  const { EXTERNAL_ISSUER_CLIENT_SECRET: clientSecret, EXTERNAL_ISSUER_GRANT: grant } = given;
  const auth = clientAuth(given);
  for (const name of ['EXTERNAL_ISSUER_URL', 'EXTERNAL_ISSUER_GRANT', 'EXTERNAL_ISSUER_CLIENT_ID'] as const)
    if (!given[name])
      problems.push(`${name}: not set, but ${set[0]} is; allowed: all that are needed, or none`);
  if (auth === 'private_key_jwt' && clientSecret)
    problems.push(
      'EXTERNAL_ISSUER_CLIENT_SECRET: set with EXTERNAL_ISSUER_CLIENT_AUTH=private_key_jwt; allowed: one of them',
    );
  if (auth !== 'private_key_jwt' && !clientSecret)
    problems.push(`EXTERNAL_ISSUER_CLIENT_SECRET: not set, but EXTERNAL_ISSUER_CLIENT_AUTH=${auth} needs it`);
  if (given.EXTERNAL_ISSUER_AUDIENCE && grant === 'jwt-bearer')
    problems.push(
      'EXTERNAL_ISSUER_AUDIENCE: set with EXTERNAL_ISSUER_GRANT=jwt-bearer; allowed: only with token-exchange',
    );
  return [...problems, ...withoutTls(given, production)];
}

export function externalIssuerSettings(values: Values<Variables>, { process }: Run) {
  const { EXTERNAL_ISSUER_URL: issuer, EXTERNAL_ISSUER_GRANT: grant } = values;
  const { EXTERNAL_ISSUER_CLIENT_ID: clientId } = values;
  return {
    /** For the process that calls it. Unset: Rekey's own issuer. */
    externalIssuer:
      issuer && grant && clientId && callers.includes(process)
        ? {
            /** Its exact identifier. */
            issuer,
            /** Unset: from its metadata. */
            tokenEndpoint: values.EXTERNAL_ISSUER_TOKEN_ENDPOINT,
            grant,
            clientId,
            clientAuth: clientAuth(values),
            /** Unset for `private_key_jwt`. */
            clientSecret: values.EXTERNAL_ISSUER_CLIENT_SECRET,
            scope: values.EXTERNAL_ISSUER_SCOPE,
            resource: values.EXTERNAL_ISSUER_RESOURCE,
            /** Empty except for `token-exchange`. */
            audience: values.EXTERNAL_ISSUER_AUDIENCE,
          }
        : undefined,
    /** Also set in processes that do not call it: it decides what messages and pages say. */
    issuerIsExternal: issuer !== undefined,
  };
}

const callers = ['recovery', 'standalone'];

const clientAuth = (given: Given<Variables>) =>
  given.EXTERNAL_ISSUER_CLIENT_AUTH ??
  (given.EXTERNAL_ISSUER_CLIENT_SECRET ? 'client_secret_basic' : 'private_key_jwt');

/**
 * Assertions, secrets and tokens travel over this connection: in production TLS is required, and the endpoint may not be less protected
 * than the identifier.
 */
function withoutTls(given: Given<Variables>, production: boolean): string[] {
  const { EXTERNAL_ISSUER_URL: issuer, EXTERNAL_ISSUER_TOKEN_ENDPOINT: endpoint } = given;
  const isPlain = (url: string | undefined) => url !== undefined && !url.startsWith('https:');
  const problems: string[] = [];
  if (production && isPlain(issuer))
    problems.push(`EXTERNAL_ISSUER_URL: read "${issuer}"; allowed with NODE_ENV=production: an https:// URL`);
  if (isPlain(endpoint) && (production || issuer?.startsWith('https:')))
    problems.push(
      `EXTERNAL_ISSUER_TOKEN_ENDPOINT: read "${endpoint}"; allowed in production, and with an https:// issuer: an https:// URL`,
    );
  return problems;
}
