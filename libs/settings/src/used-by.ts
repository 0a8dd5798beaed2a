import { commands, type ProcessName, servers } from './run.js';
import type { VariableName } from './variables.js';

const every = [...servers, ...commands];
const withLimits: ProcessName[] = ['recovery', 'issuer', 'courier'];
const withTokens: ProcessName[] = ['recovery', 'issuer', 'console'];
const withSignIn: ProcessName[] = ['recovery', 'issuer'];
const withDatabase: ProcessName[] = [...servers, 'migrate', 'roles', 'keys', 'audit', 'staff', 'policy'];
const withManagement: ProcessName[] = ['issuer', 'import', 'tokens'];
const twilio: ProcessName[] = ['recovery', 'courier'];
const recovery: ProcessName[] = ['recovery'];
const courier: ProcessName[] = ['courier'];

/**
 * The processes that read each variable, or what is made of it. `standalone` reads what any of them reads; `[]`: it alone does. A secret's
 * file is read by these processes only.
 */
const users: Readonly<Record<VariableName, readonly ProcessName[]>> = {
  NODE_ENV: every,
  DATABASE_URL: withDatabase,
  DATABASE_OWNER_URL: ['migrate', 'roles'],
  DATABASE_ADMIN_URL: ['roles'],
  REKEY_DATA_DIR: every,
  REDIS_URL: withLimits,
  LISTEN_HOST: servers,
  RECOVERY_PORT: recovery,
  ISSUER_PORT: ['issuer'],
  CONSOLE_PORT: ['console'],
  MAILBOX_PORT: [],
  COURIER_PORT: courier,
  RECOVERY_URL: withLimits,
  ISSUER_URL: [...withTokens, 'import', 'tokens'],
  CONSOLE_URL: ['recovery', 'console', 'staff', 'import'],
  ISSUER_INTERNAL_URL: ['recovery', 'import', 'tokens'],
  CONSOLE_INTERNAL_URL: ['import'],
  DRAIN_SECONDS: servers,
  TLS_CERT_FILE: servers,
  TLS_KEY_FILE: servers,
  TRUST_PROXY: servers,
  CORS_ORIGINS: withSignIn,
  SIGN_IN_URL: recovery,
  MAIL: courier,
  SMTP_URL: courier,
  MAIL_FROM: courier,
  MAIL_WEBHOOK_URL: courier,
  SMS: servers,
  TWILIO_ACCOUNT_SID: twilio,
  // The recovery process verifies receipts with it.
  TWILIO_AUTH_TOKEN: twilio,
  TWILIO_FROM: twilio,
  TWILIO_MESSAGING_SERVICE_SID: twilio,
  TWILIO_API_URL: courier,
  SMS_WEBHOOK_URL: courier,
  WEBHOOK_SECRET: courier,
  PRODUCT_NAME: withLimits,
  REKEY_KEYRING: [...servers, 'keys', 'audit', 'staff'],
  MANAGEMENT_CLIENT_ID: withManagement,
  MANAGEMENT_CLIENT_SECRET: withManagement,
  // Staff have tokens diagnosed in the console.
  TOKEN_AUDIENCE: ['issuer', 'console'],
  // With an external issuer, the recovery process makes the keys.
  ACCESS_TOKEN_ALG: withSignIn,
  KEY_ROTATION_DAYS: withSignIn,
  TOKEN_LIFETIMES_FILE: withTokens,
  EXTERNAL_ISSUER_URL: ['recovery', 'courier'],
  EXTERNAL_ISSUER_TOKEN_ENDPOINT: recovery,
  EXTERNAL_ISSUER_GRANT: recovery,
  EXTERNAL_ISSUER_CLIENT_ID: recovery,
  EXTERNAL_ISSUER_CLIENT_SECRET: recovery,
  EXTERNAL_ISSUER_CLIENT_AUTH: recovery,
  EXTERNAL_ISSUER_SCOPE: recovery,
  EXTERNAL_ISSUER_RESOURCE: recovery,
  EXTERNAL_ISSUER_AUDIENCE: recovery,
  RECOVERY_POLICY_FILE: [...servers, 'policy'],
  SMS_POLICY_FILE: courier,
  SMS_COUNTRIES: courier,
  CODES_PER_CLIENT_PER_10_MINUTES: courier,
  CODES_PER_10_MINUTES: courier,
  AUDIT_ANCHORS: courier,
  METRICS_TOKEN: servers,
  OTEL_EXPORTER_OTLP_ENDPOINT: servers,
  OTEL_EXPORTER_OTLP_HEADERS: servers,
  OTEL_TRACES_SAMPLER_ARG: servers,
  LOG_LEVEL: servers,
};

export const usersOf = (name: VariableName): readonly ProcessName[] => users[name];

export const isUsed = (name: VariableName, process: ProcessName): boolean =>
  process === 'standalone' || users[name].includes(process);
