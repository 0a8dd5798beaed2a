import { z } from 'zod';
import { externalIssuerVariables } from './external-issuer-variables.js';
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

/** As the OpenTelemetry specification has them: a W3C baggage without properties. */
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
    meaning: 'PostgreSQL 14 or later, as the role that works, see "Database roles"',
    default: 'unset: embedded, data in `REKEY_DATA_DIR`',
    allowed: 'a postgres:// URL',
    secret: true,
    schema: withCredentials('postgres:', 'postgresql:'),
  },
  DATABASE_OWNER_URL: {
    meaning:
      'the same database as the role that owns the tables; for `npm run migrate`, and for `npm start` on a database of yours',
    default: '`DATABASE_URL`',
    allowed: 'a postgres:// URL',
    secret: true,
    schema: withCredentials('postgres:', 'postgresql:'),
  },
  DATABASE_ADMIN_URL: {
    meaning: 'the same server as a superuser; `npm run roles` alone needs it',
    default: 'none',
    allowed: 'a postgres:// URL',
    secret: true,
    schema: withCredentials('postgres:', 'postgresql:'),
  },
  REKEY_DATA_DIR: text(
    'where the embedded PostgreSQL and the development secrets live',
    '`.rekey`',
    'a path',
  ),
  REDIS_URL: {
    meaning: 'Redis or Valkey for queues and limits',
    default: 'unset: PostgreSQL does it',
    allowed: 'a redis:// or rediss:// URL',
    secret: true,
    schema: withCredentials('redis:', 'rediss:'),
  },
  LISTEN_HOST: text('the address to listen on', '`localhost`', 'a host name or an IP address'),
  RECOVERY_PORT: portVariable('the recovery API and pages', 3000),
  ISSUER_PORT: portVariable('the token issuer', 3001),
  CONSOLE_PORT: portVariable('the management API', 3002),
  MAILBOX_PORT: portVariable('the development mailbox', 3003),
  COURIER_PORT: portVariable("the courier's probes, when it runs as a process of its own", 3004),
  RECOVERY_URL: urlVariable('the recovery API and pages', '3000'),
  ISSUER_URL: urlVariable('the token issuer', '3001'),
  CONSOLE_URL: urlVariable('the management API', '3002'),
  SMTP_URL: {
    meaning:
      'where mail goes; a comma-separated list is the order of failover. With a password, in production: by TLS only (smtps, or STARTTLS)',
    default: 'the development mailbox',
    allowed: 'smtp:// or smtps:// URLs, comma-separated, user and password percent-encoded',
    secret: true,
    schema: list(withCredentials('smtp:', 'smtps:')),
  },
  MAIL_FROM: {
    meaning: 'sender of all mail, and where bounces go',
    default: '`Rekey <no-reply@localhost>`',
    allowed: 'an address such as `Rekey <no-reply@example.com>`',
    schema: z.string().regex(/^[^<>\r\n]*<?[^<>\s@]+@[^<>\s@]+>?$/),
  },
  TWILIO_ACCOUNT_SID: {
    meaning: 'Twilio account for SMS',
    default: 'the development mailbox',
    allowed: 'AC and 32 hexadecimal digits',
    schema: z.string().regex(/^AC[0-9a-f]{32}$/i),
  },
  TWILIO_AUTH_TOKEN: text('its token', 'the development mailbox', "the account's auth token", true),
  TWILIO_FROM: text('sender number or id', 'none', 'a number in E.164 or a sender id'),
  TWILIO_MESSAGING_SERVICE_SID: {
    meaning: 'a messaging service, instead of `TWILIO_FROM`',
    default: 'none',
    allowed: 'MG and 32 hexadecimal digits',
    schema: z.string().regex(/^MG[0-9a-f]{32}$/i),
  },
  TWILIO_API_URL: {
    meaning: "another origin for api.twilio.com's paths",
    default: "Twilio's own",
    allowed: 'an http:// or https:// URL without user, query or fragment',
    schema: baseUrl,
  },
  REKEY_KEYRING: text(
    'keys, newest first: JSON `[{"id","key"}]`, each key 32 random bytes as base64url',
    'development: made once in the data dir',
    'JSON [{"id":"2026","key":"<32 random bytes as base64url>"}], newest first',
    true,
  ),
  REKEY_KEYRING_FILE: text('the same in a file', 'none', 'a readable file'),
  MANAGEMENT_CLIENT_ID: text('OAuth client of the management API', 'development: `management`'),
  MANAGEMENT_CLIENT_SECRET: text(
    'its secret',
    'development: made once and printed',
    'at least 16 characters',
    true,
  ),
  TOKEN_AUDIENCE: {
    meaning: '`aud` of access tokens, comma-separated',
    default: '`ISSUER_URL`',
    allowed: 'one or more names, comma-separated',
    schema: list(z.string().min(1)),
  },
  TOKEN_ALG: {
    meaning: 'algorithm of access tokens; HS256 for closed systems only: it has no public key',
    default: '`ES256`',
    allowed: 'ES256, RS256, EdDSA or HS256',
    schema: z.enum(['ES256', 'RS256', 'EdDSA', 'HS256']),
  },
  KEY_ROTATION_DAYS: count('days after which the next signing key takes over', 30),
  TOKEN_LIFETIMES_FILE: text(
    'how long tokens live, by role and for devices (JSON, see "How long tokens live")',
    'access 10 minutes (staff 5), refresh 30 days idle and 90 in all (staff 8 and 24 hours, devices 90 and 365 days)',
    'a readable file',
  ),
  ...externalIssuerVariables,
  TLS_CERT_FILE: text(
    'certificate (PEM): serve HTTPS directly; read again when it changes',
    'none: plain HTTP',
    'a readable file with a certificate (PEM)',
  ),
  TLS_KEY_FILE: text(
    'its private key (PEM)',
    'none',
    'a readable file with the private key of the certificate (PEM), without a passphrase',
  ),
  RECOVERY_POLICY_FILE: text(
    'which proofs get an account back, by the level of its sign-in, and how likely a guess may be right (JSON, see "How a recovery is decided")',
    'the weakest that NIST SP 800-63B-4 §4.2.2 allows; 0.00004 a day, 0.001 a year',
    'a readable file',
  ),
  SMS_POLICY_FILE: text(
    'what SMS may cost and where they may go: prices, budgets, breaker (JSON, see "What SMS may cost")',
    'rounded prices in euros, 150 EUR an hour in all',
    'a readable file',
  ),
  SMS_COUNTRIES: {
    meaning: 'the only countries to send SMS to, ISO 3166-1 alpha-2, comma-separated; each needs a price',
    default: 'those with a price of at most 0.10 EUR',
    allowed: 'two-letter codes such as GB,DE, comma-separated',
    schema: list(z.string().regex(/^[A-Z]{2}$/)),
  },
  SENDS_PER_CLIENT: count('codes that one client may cause in 10 minutes', 6_000),
  SENDS_IN_ALL: count('codes of the whole instance in 10 minutes', 30_000),
  TRUST_PROXY: {
    meaning: 'addresses or networks whose forwarding headers count, comma-separated',
    default: 'none',
    allowed: 'IP addresses or networks such as 10.0.0.0/8, comma-separated',
    schema: list(network),
  },
  CORS_ORIGINS: {
    meaning: 'origins whose pages may call the recovery API and the issuer from script, comma-separated',
    default: 'none; development: the example page',
    allowed: 'origins such as https://app.example.com, comma-separated, without a path',
    schema: list(publicUrl('http:', 'https:').refine((text) => new URL(text).origin === text)),
  },
  SERVICE_NAME: {
    meaning: 'what mails, SMS and pages call your product',
    default: '`Rekey`',
    allowed: '1 to 40 characters on one line',
    schema: z.string().regex(/^[^\r\n<>]{1,40}$/),
  },
  SIGN_IN_URL: {
    meaning: 'where a person signs in after a recovery that no app began',
    default: 'none: the page says to go back to the app',
    allowed: 'an http:// or https:// URL without user',
    schema: publicUrl('http:', 'https:'),
  },
  METRICS_TOKEN: {
    meaning: 'what a caller of `/metrics` has to show as a bearer to see all of it, see "Watching"',
    default: 'none: everyone sees what is harmless',
    allowed: 'at least 16 characters',
    secret: true,
    schema: z.string().min(16),
  },
  OTEL_EXPORTER_OTLP_ENDPOINT: {
    meaning: 'collector that traces go to (OTLP/HTTP), without `/v1/traces`',
    default: 'none: no traces',
    allowed: 'an http:// or https:// URL without user, query or fragment',
    schema: baseUrl,
  },
  OTEL_EXPORTER_OTLP_HEADERS: {
    meaning: 'headers for it, as `name=value`, comma-separated',
    default: 'none',
    allowed: 'name=value pairs, comma-separated, values percent-encoded',
    secret: true,
    schema: headers,
  },
  OTEL_TRACES_SAMPLER_ARG: {
    meaning: 'share of the traces that are kept',
    default: '1',
    allowed: 'a number from 0 to 1',
    schema: z
      .string()
      .regex(/^(0(\.\d+)?|1(\.0+)?)$/)
      .transform(Number),
  },
  LOG_LEVEL: {
    meaning: '`fatal` `error` `warn` `info` `debug` `silent`',
    default: '`info`; `warn` for `npm start`',
    allowed: 'fatal, error, warn, info, debug or silent',
    schema: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']),
  },
  NODE_ENV: {
    meaning: '`production` refuses every development default',
    default: 'development',
    allowed: 'production, development or test',
    schema: z.enum(['production', 'development', 'test']),
  },
} satisfies Record<string, Variable>;

export type VariableName = keyof typeof variables;

/** Values as parsed; a variable that is unset or empty is absent. */
export type Values = { [Name in VariableName]?: z.output<(typeof variables)[Name]['schema']> };
