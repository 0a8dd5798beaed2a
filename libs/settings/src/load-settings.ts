import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Keyring } from '@rekey/kernel';
import { developmentSecrets } from './development-secrets.js';
import { readExternalIssuer } from './external-issuer.js';
import { parseKeyring } from './keyring-text.js';
import { encrypted, missingInProduction, plainTextPasswords } from './production.js';
import { renamedVariables } from './renamed-variables.js';
import { readSenders } from './senders.js';
import type { ProcessName, Settings } from './settings.js';
import { tlsProblems } from './tls-files.js';
import { hasCredentials } from './variable.js';
import { type Values, type VariableName, variables } from './variables.js';

/** Everything that is wrong with the environment, one line each, all at once. The process exits with 78 (EX_CONFIG). */
export class SettingsError extends Error {
  constructor(readonly problems: string[]) {
    super(problems.join('\n'));
  }
}

/**
 * Reads the file that a setting names. Each line of an error starts with the name of the setting.
 *
 * @throws {SettingsError}
 */
export function readSetting<Value>(about: string, read: () => Value): Value {
  try {
    return read();
  } catch (fault) {
    const lines = (fault instanceof Error ? fault.message : String(fault)).split('\n');
    throw new SettingsError(lines.map((line) => `${about}: ${line}`));
  }
}

/**
 * Reads the environment once, for one process.
 *
 * @throws {SettingsError} naming each variable, what was read and what is allowed
 */
export function loadSettings(
  environment: Record<string, string | undefined>,
  process: ProcessName,
): Settings {
  const problems: string[] = [];
  const values = readValues(environment, problems);
  const production = values.NODE_ENV === 'production';
  const senders = readSenders(
    values,
    { sends: process === 'courier' || process === 'standalone', production },
    problems,
  );
  const externalIssuer = readExternalIssuer(process, values, problems);
  problems.push(...tlsProblems(process, values));
  if (!['standalone', 'migrate', 'import', 'tokens', 'keys'].includes(process) && !values.DATABASE_URL) {
    problems.push(
      `DATABASE_URL: not set; allowed: ${variables.DATABASE_URL.allowed} (only "npm start" has its own)`,
    );
  }
  if (process === 'roles') {
    for (const name of ['DATABASE_ADMIN_URL', 'DATABASE_OWNER_URL'] as const)
      if (!values[name]) problems.push(`${name}: not set; allowed: ${variables[name].allowed}`);
  }
  if (values.DATABASE_OWNER_URL && !values.DATABASE_URL) {
    problems.push('DATABASE_OWNER_URL: set without DATABASE_URL; allowed: both or none');
  }
  if (process === 'courier' && !production && senders.mail === 'smtp' && !values.SMTP_URL) {
    problems.push(
      `SMTP_URL: not set; allowed: ${variables.SMTP_URL.allowed} (only "npm start" has a mailbox)`,
    );
  }
  if (production) problems.push(...missingInProduction(process, values), ...plainTextPasswords(values));
  const keys = readKeys(values, problems, { weak: !production });
  if (problems.length > 0) throw new SettingsError(problems);

  const dataDir = resolve(values.REKEY_DATA_DIR ?? '.rekey');
  const development = production ? undefined : developmentSecrets(dataDir);
  const ports = {
    recovery: values.RECOVERY_PORT ?? 3000,
    issuer: values.ISSUER_PORT ?? 3001,
    console: values.CONSOLE_PORT ?? 3002,
    mailbox: values.MAILBOX_PORT ?? 3003,
    courier: values.COURIER_PORT ?? 3004,
  };
  const local = (port: number) => `${values.TLS_CERT_FILE ? 'https' : 'http'}://localhost:${port}`;
  const urls = {
    recovery: values.RECOVERY_URL ?? local(ports.recovery),
    issuer: values.ISSUER_URL ?? local(ports.issuer),
    console: values.CONSOLE_URL ?? local(ports.console),
  };
  return {
    production,
    databaseUrl: values.DATABASE_URL,
    databaseOwnerUrl: values.DATABASE_OWNER_URL,
    databaseAdminUrl: values.DATABASE_ADMIN_URL,
    dataDir,
    redisUrl: values.REDIS_URL,
    listenHost: values.LISTEN_HOST ?? 'localhost',
    ports,
    urls,
    ...senders,
    smtpUrls: (values.SMTP_URL ?? []).map((url) => (production ? encrypted(url) : url)),
    mailFrom: values.MAIL_FROM ?? 'Rekey <no-reply@localhost>',
    keyring: new Keyring(keys ?? parseKeyring(development?.keyring() ?? '', { weak: false })),
    keyringMadeHere: keys === undefined,
    management: {
      clientId: values.MANAGEMENT_CLIENT_ID ?? 'management',
      clientSecret: values.MANAGEMENT_CLIENT_SECRET ?? development?.managementSecret() ?? '',
      madeHere: !values.MANAGEMENT_CLIENT_SECRET,
    },
    tokenAudience: values.TOKEN_AUDIENCE ?? [urls.issuer],
    keyPlan: {
      alg: values.ACCESS_TOKEN_ALG ?? 'ES256',
      rotateEveryMs: (values.KEY_ROTATION_DAYS ?? 30) * 86_400_000,
    },
    tokenLifetimesFile: values.TOKEN_LIFETIMES_FILE,
    externalIssuer,
    issuerIsExternal: values.EXTERNAL_ISSUER_URL !== undefined,
    tls:
      values.TLS_CERT_FILE && values.TLS_KEY_FILE
        ? { certFile: values.TLS_CERT_FILE, keyFile: values.TLS_KEY_FILE }
        : undefined,
    recoveryPolicyFile: values.RECOVERY_POLICY_FILE,
    smsPolicyFile: values.SMS_POLICY_FILE,
    smsCountries: values.SMS_COUNTRIES,
    sendQuotas: {
      client: values.CODES_PER_CLIENT_PER_10_MINUTES ?? 6_000,
      instance: values.CODES_PER_10_MINUTES ?? 30_000,
    },
    trustProxy: values.TRUST_PROXY ?? [],
    corsOrigins: values.CORS_ORIGINS ?? [],
    productName: values.PRODUCT_NAME ?? 'Rekey',
    signInUrl: values.SIGN_IN_URL,
    metricsToken: values.METRICS_TOKEN,
    tracing: values.OTEL_EXPORTER_OTLP_ENDPOINT
      ? {
          endpoint: values.OTEL_EXPORTER_OTLP_ENDPOINT,
          headers: values.OTEL_EXPORTER_OTLP_HEADERS ?? {},
          share: values.OTEL_TRACES_SAMPLER_ARG ?? 1,
        }
      : undefined,
    logLevel: values.LOG_LEVEL ?? (process === 'standalone' ? 'warn' : 'info'),
  };
}

function readValues(environment: Record<string, string | undefined>, problems: string[]): Values {
  for (const [former, name] of Object.entries(renamedVariables))
    if (environment[former]?.trim()) problems.push(`${former}: is now ${name}; allowed: set ${name} instead`);
  const values: Record<string, unknown> = {};
  for (const [name, variable] of Object.entries(variables)) {
    const read = environment[name]?.trim();
    if (!read) continue;
    const parsed = variable.schema.safeParse(read);
    if (parsed.success) values[name] = parsed.data;
    else problems.push(refusal(name as VariableName, read));
  }
  return values;
}

function refusal(name: VariableName, read: string): string {
  const variable: { allowed: string; secret?: boolean } = variables[name];
  const shown =
    variable.secret || read.split(',').some(hasCredentials)
      ? `${read.length} characters`
      : JSON.stringify(read);
  return `${name}: read ${shown}; allowed: ${variable.allowed}`;
}

function readKeys(
  values: Values,
  problems: string[],
  options: { weak: boolean },
): ReturnType<typeof parseKeyring> | undefined {
  const name = values.REKEY_KEYRING ? 'REKEY_KEYRING' : 'REKEY_KEYRING_FILE';
  const inline = values.REKEY_KEYRING;
  const file = values.REKEY_KEYRING_FILE;
  if (!inline && !file) return undefined;
  try {
    const keys = parseKeyring(inline ?? readFileSync(file ?? '', 'utf8'), options);
    new Keyring(keys);
    return keys;
  } catch (fault) {
    const reason = fault instanceof Error ? fault.message : String(fault);
    problems.push(`${name}: ${reason}; allowed: ${variables.REKEY_KEYRING.allowed}`);
    return undefined;
  }
}
