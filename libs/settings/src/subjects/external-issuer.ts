import type { ExternalIssuerSettings, ProcessName } from './settings.js';
import type { Values, VariableName } from './variables.js';

const names = (values: Values): VariableName[] =>
  (Object.keys(values) as VariableName[]).filter((name) => name.startsWith('EXTERNAL_ISSUER_'));

/** Returns the settings of the external issuer, for the process that calls it. Adds contradictions to the problems. */
export function readExternalIssuer(
  process: ProcessName,
  values: Values,
  problems: string[],
): ExternalIssuerSettings | undefined {
  const set = names(values);
  if (set.length === 0 || !['recovery', 'standalone'].includes(process)) return undefined;
  const {
    EXTERNAL_ISSUER_URL: issuer,
    EXTERNAL_ISSUER_GRANT: grant,
    EXTERNAL_ISSUER_CLIENT_ID: clientId,
    EXTERNAL_ISSUER_CLIENT_SECRET: clientSecret,
    EXTERNAL_ISSUER_AUDIENCE: audience,
  } = values;
  const clientAuth =
    values.EXTERNAL_ISSUER_CLIENT_AUTH ?? (clientSecret ? 'client_secret_basic' : 'private_key_jwt');
  const before = problems.length;
  for (const name of ['EXTERNAL_ISSUER_URL', 'EXTERNAL_ISSUER_GRANT', 'EXTERNAL_ISSUER_CLIENT_ID'] as const) {
    if (!values[name] && !problems.some((problem) => problem.startsWith(`${name}:`)))
      problems.push(`${name}: not set, but ${set[0]} is; allowed: all that are needed, or none`);
  }
  if (clientAuth === 'private_key_jwt' && clientSecret)
    problems.push(
      'EXTERNAL_ISSUER_CLIENT_SECRET: set with EXTERNAL_ISSUER_CLIENT_AUTH=private_key_jwt; allowed: one of them',
    );
  if (clientAuth !== 'private_key_jwt' && !clientSecret)
    problems.push(
      `EXTERNAL_ISSUER_CLIENT_SECRET: not set, but EXTERNAL_ISSUER_CLIENT_AUTH=${clientAuth} needs it`,
    );
  if (audience && grant === 'jwt-bearer')
    problems.push(
      'EXTERNAL_ISSUER_AUDIENCE: set with EXTERNAL_ISSUER_GRANT=jwt-bearer; allowed: only with token-exchange',
    );
  problems.push(...withoutTls(values));
  if (problems.length > before || !issuer || !grant || !clientId) return undefined;
  return {
    issuer,
    tokenEndpoint: values.EXTERNAL_ISSUER_TOKEN_ENDPOINT,
    grant,
    clientId,
    clientAuth,
    clientSecret,
    scope: values.EXTERNAL_ISSUER_SCOPE,
    resource: values.EXTERNAL_ISSUER_RESOURCE ?? [],
    audience: audience ?? [],
  };
}

/**
 * Assertions, secrets and tokens travel over this connection: in production TLS is required, and the endpoint may not be less protected
 * than the identifier.
 */
function withoutTls(values: Values): string[] {
  const { EXTERNAL_ISSUER_URL: issuer, EXTERNAL_ISSUER_TOKEN_ENDPOINT: endpoint } = values;
  const isProduction = values.NODE_ENV === 'production';
  const isPlain = (url: string | undefined) => url !== undefined && !url.startsWith('https:');
  const problems: string[] = [];
  if (isProduction && isPlain(issuer))
    problems.push(`EXTERNAL_ISSUER_URL: read "${issuer}"; allowed with NODE_ENV=production: an https:// URL`);
  if (isPlain(endpoint) && (isProduction || issuer?.startsWith('https:')))
    problems.push(
      `EXTERNAL_ISSUER_TOKEN_ENDPOINT: read "${endpoint}"; allowed in production, and with an https:// issuer: an https:// URL`,
    );
  return problems;
}
