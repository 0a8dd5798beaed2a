import { z } from 'zod';
import { externalIssuerVariables } from './external-issuer-variables.js';
import { mailVariables, smsVariables } from './senders.js';
import {
  baseUrl,
  count,
  list,
  network,
  portVariable,
  publicUrl,
  text,
  urlVariable,
  type Variable,
  withCredentials,
} from './variable.js';

/** As the OpenTelemetry specification defines them: a W3C baggage without properties. */
const headers = list(z.string().regex(/^[\w-]+\s*=[\x20-\x7e]*$/)).transform((pairs, issues) => {
  try {
    return Object.fromEntries(
      pairs.map((pair) => {
        const [name = '', ...value] = pair.split('=');
        return [name.trim(), decodeURIComponent(value.join('=').trim())];
      }),
    );
  } catch {
    issues.addIssue('not percent-encoded');
    return z.NEVER;
  }
});

/** Every variable that Rekey reads, in the order of the reference. */
export const variables = {
  DATABASE_URL: {
    meaning: 'PostgreSQL 14 or later, with the role that the processes run as (see "Database roles")',
    default: 'unset: embedded, data in `REKEY_DATA_DIR`',
    allowed: 'a postgres:// URL',
    secret: true,
    schema: withCredentials('postgres:', 'postgresql:'),
  },
  DATABASE_OWNER_URL: {
    meaning:
      'the same database, with the role that owns the tables. Used by `npm run migrate`, and by `npm start` with your own database',
    default: '`DATABASE_URL`',
    allowed: 'a postgres:// URL',
    secret: true,
    schema: withCredentials('postgres:', 'postgresql:'),
  },
  DATABASE_ADMIN_URL: {
    meaning: 'the same server, with a superuser. Only `npm run roles` needs it',
    default: 'none',
    allowed: 'a postgres:// URL',
    secret: true,
    schema: withCredentials('postgres:', 'postgresql:'),
  },
  REKEY_DATA_DIR: text(
    'directory of the embedded PostgreSQL and the development secrets',
    '`.rekey`',
    'a path',
  ),
  REDIS_URL: {
    meaning: 'Redis or Valkey, for job queues and rate limits',
    default: 'unset: PostgreSQL does both',
    allowed: 'a redis:// or rediss:// URL',
    secret: true,
    schema: withCredentials('redis:', 'rediss:'),
  },
  LISTEN_HOST: text('host name or IP address to listen on', '`localhost`', 'a host name or an IP address'),
  RECOVERY_PORT: portVariable('the recovery API and pages', 3000),
  ISSUER_PORT: portVariable('the token issuer', 3001),
  CONSOLE_PORT: portVariable('the management API', 3002),
  MAILBOX_PORT: portVariable('the development mailbox', 3003),
  COURIER_PORT: portVariable("the courier's health checks, when it runs as its own process", 3004),
  RECOVERY_URL: urlVariable('the recovery API and pages', '3000'),
  ISSUER_URL: urlVariable('the token issuer', '3001'),
  CONSOLE_URL: urlVariable('the management API', '3002'),
  ...mailVariables,
  ...smsVariables,
  REKEY_KEYRING: text(
    'encryption keys, newest first: JSON `[{"id","key"}]`, each key 32 random bytes in base64url',
    'development: generated once in the data directory',
    'JSON [{"id":"2026","key":"<32 random bytes as base64url>"}], newest first',
    true,
  ),
  REKEY_KEYRING_FILE: text('file with the same JSON', 'none', 'a readable file'),
  MANAGEMENT_CLIENT_ID: text(
    'client id of the first OAuth client of the management API',
    'development: `management`',
  ),
  MANAGEMENT_CLIENT_SECRET: text(
    'secret of that client',
    'development: generated once and printed',
    'at least 16 characters',
    true,
  ),
  TOKEN_AUDIENCE: {
    meaning: 'audiences (`aud`) of access tokens, comma-separated',
    default: '`ISSUER_URL`',
    allowed: 'one or more names, comma-separated',
    schema: list(z.string().min(1)),
  },
  ACCESS_TOKEN_ALG: {
    meaning: 'signing algorithm of access tokens. HS256 has no public key: use it in closed systems only',
    default: '`ES256`',
    allowed: 'ES256, RS256, EdDSA or HS256',
    schema: z.enum(['ES256', 'RS256', 'EdDSA', 'HS256']),
  },
  KEY_ROTATION_DAYS: count('days until the next signing key replaces the current one', 30),
  TOKEN_LIFETIMES_FILE: text(
    'lifetimes of tokens, by role and for devices (JSON, see "Token lifetimes")',
    'access 10 minutes (staff 5); refresh 30 days idle, 90 days in total (staff 8 and 24 hours, devices 90 and 365 days)',
    'a readable file',
  ),
  ...externalIssuerVariables,
  TLS_CERT_FILE: text(
    'certificate (PEM) for HTTPS. It is reloaded when it changes',
    'none: plain HTTP',
    'a readable file with a certificate (PEM)',
  ),
  TLS_KEY_FILE: text(
    'private key (PEM) of the certificate',
    'none',
    'a readable file with the private key of the certificate (PEM), without a passphrase',
  ),
  RECOVERY_POLICY_FILE: text(
    'proofs that a recovery needs, by the assurance level of the account, and the accepted odds of a correct guess (JSON, see "Policies")',
    'the minimum of NIST SP 800-63B-4 §4.2.2; 0.00004 a day, 0.001 a year',
    'a readable file',
  ),
  SMS_POLICY_FILE: text(
    'prices, budgets and circuit breaker of SMS (JSON, see "SMS costs")',
    'rounded prices in euros, at most 150 EUR an hour',
    'a readable file',
  ),
  SMS_COUNTRIES: {
    meaning: 'countries that SMS may be sent to: ISO 3166-1 alpha-2, comma-separated. Each needs a price',
    default: 'countries with a price of at most 0.10 EUR',
    allowed: 'two-letter codes such as GB,DE, comma-separated',
    schema: list(z.string().regex(/^[A-Z]{2}$/)),
  },
  CODES_PER_CLIENT_PER_10_MINUTES: count('codes that Rekey sends for one client in 10 minutes', 6_000),
  CODES_PER_10_MINUTES: count('codes that Rekey sends in 10 minutes in total', 30_000),
  TRUST_PROXY: {
    meaning: 'IP addresses or networks of proxies whose forwarding headers are trusted, comma-separated',
    default: 'none',
    allowed: 'IP addresses or networks such as 10.0.0.0/8, comma-separated',
    schema: list(network),
  },
  CORS_ORIGINS: {
    meaning: 'origins whose scripts may call the recovery API and the issuer, comma-separated',
    default: 'none; development: the example page',
    allowed: 'origins such as https://app.example.com, comma-separated, without a path',
    schema: list(publicUrl('http:', 'https:').refine((text) => new URL(text).origin === text)),
  },
  PRODUCT_NAME: {
    meaning: 'name of your product in mails, SMS and pages',
    default: '`Rekey`',
    allowed: '1 to 40 characters on one line',
    schema: z.string().regex(/^[^\r\n<>]{1,40}$/),
  },
  SIGN_IN_URL: {
    meaning: 'sign-in page to link to after a recovery that no app started',
    default: 'none: the page asks the person to go back to the app',
    allowed: 'an http:// or https:// URL without user',
    schema: publicUrl('http:', 'https:'),
  },
  METRICS_TOKEN: {
    meaning: 'bearer token that unlocks all of `/metrics` (see "Monitoring")',
    default: 'none: only harmless metrics are shown',
    allowed: 'at least 16 characters',
    secret: true,
    schema: z.string().min(16),
  },
  OTEL_EXPORTER_OTLP_ENDPOINT: {
    meaning: 'base URL of the OTLP/HTTP collector for traces, without `/v1/traces`',
    default: 'none: no traces',
    allowed: 'an http:// or https:// URL without user, query or fragment',
    schema: baseUrl,
  },
  OTEL_EXPORTER_OTLP_HEADERS: {
    meaning: 'headers for the collector, as `name=value`, comma-separated',
    default: 'none',
    allowed: 'name=value pairs, comma-separated, values percent-encoded',
    secret: true,
    schema: headers,
  },
  OTEL_TRACES_SAMPLER_ARG: {
    meaning: 'share of traces that are sent',
    default: '1',
    allowed: 'a number from 0 to 1',
    schema: z
      .string()
      .regex(/^(0(\.\d+)?|1(\.0+)?)$/)
      .transform(Number),
  },
  LOG_LEVEL: {
    meaning: 'lowest level that is logged: `fatal`, `error`, `warn`, `info`, `debug` or `silent`',
    default: '`info`; `warn` for `npm start`',
    allowed: 'fatal, error, warn, info, debug or silent',
    schema: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']),
  },
  NODE_ENV: {
    meaning: '`production` refuses to start with any development default',
    default: 'development',
    allowed: 'production, development or test',
    schema: z.enum(['production', 'development', 'test']),
  },
} satisfies Record<string, Variable>;

export type VariableName = keyof typeof variables;

/** Values as parsed; a variable that is unset or empty is absent. */
export type Values = { [Name in VariableName]?: z.output<(typeof variables)[Name]['schema']> };
