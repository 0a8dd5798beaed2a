import type { Keyring } from '@rekey/kernel';

/** The processes that a deployment is made of; `roles` and `migrate` run once before them, `import` and `keys` beside them, `standalone` is all of them in one. */
export const processNames = [
  'recovery',
  'courier',
  'issuer',
  'console',
  'migrate',
  'roles',
  'import',
  'tokens',
  'keys',
  'standalone',
] as const;
export type ProcessName = (typeof processNames)[number];

export interface TwilioSettings {
  accountSid: string;
  authToken: string;
  /** Either a number or sender id… */
  from?: string | undefined;
  /** …or a messaging service, which picks one. */
  messagingServiceSid?: string | undefined;
  /** Another origin for api.twilio.com's paths. */
  apiUrl?: string | undefined;
}

/** An authorization server that is not ours, and how it is asked for credentials. */
export interface ExternalIssuerSettings {
  /** Its identifier, to the letter. */
  issuer: string;
  /** Unset: from its metadata. */
  tokenEndpoint?: string | undefined;
  grant: 'token-exchange' | 'jwt-bearer';
  clientId: string;
  clientAuth: 'client_secret_basic' | 'client_secret_post' | 'private_key_jwt';
  /** Unset for `private_key_jwt`. */
  clientSecret?: string | undefined;
  scope?: string | undefined;
  resource: string[];
  /** Empty but for `token-exchange`. */
  audience: string[];
}

/** The environment, parsed. Plain values; nothing here is read again from the environment. */
export interface Settings {
  production: boolean;
  /** Of the role that works. Unset: the embedded PostgreSQL. */
  databaseUrl?: string | undefined;
  /** Of the role that owns the tables and migrates them. Unset: that of `databaseUrl`. */
  databaseOwnerUrl?: string | undefined;
  /** Of a superuser, for `npm run roles` alone. */
  databaseAdminUrl?: string | undefined;
  dataDir: string;
  redisUrl?: string | undefined;
  listenHost: string;
  ports: { recovery: number; issuer: number; console: number; mailbox: number; courier: number };
  /** Public base URLs without a trailing slash. */
  urls: { recovery: string; issuer: string; console: string };
  /** In the order of failover; empty: the development mailbox. */
  smtpUrls: string[];
  mailFrom: string;
  /** Unset: the development mailbox. */
  twilio?: TwilioSettings | undefined;
  keyring: Keyring;
  /** It is that of development, in the data dir. */
  keyringMadeHere: boolean;
  /** `madeHere`: a development secret, which may be shown. */
  management: { clientId: string; clientSecret: string; madeHere: boolean };
  tokenAudience: string[];
  keyPlan: { alg: 'ES256' | 'RS256' | 'EdDSA' | 'HS256'; rotateEveryMs: number };
  /** How long tokens live; the default when unset. */
  tokenLifetimesFile?: string | undefined;
  /** For the process that asks it. Unset: Rekey's own issuer. */
  externalIssuer?: ExternalIssuerSettings | undefined;
  /** Also where it is not asked: it decides what people are told. */
  issuerIsExternal: boolean;
  tls?: { certFile: string; keyFile: string } | undefined;
  /** Which proofs get an account back; the default when unset. */
  recoveryPolicyFile?: string | undefined;
  /** Prices, budgets and breaker of SMS; the default when unset. */
  smsPolicyFile?: string | undefined;
  /** The only countries that SMS go to; those of the policy when unset. */
  smsCountries?: string[] | undefined;
  /** Codes in ten minutes. */
  sendQuotas: { client: number; instance: number };
  /** Addresses or networks whose forwarding headers count. */
  trustProxy: string[];
  /** Origins whose pages may call the APIs from script. */
  corsOrigins: string[];
  /** What mails, SMS and pages call the product. */
  productName: string;
  /** Where a person signs in after a recovery that no app began. */
  signInUrl?: string | undefined;
  /** Opens all of `/metrics`. */
  metricsToken?: string | undefined;
  /** Where traces go; nowhere when unset. `share`: of those that begin here, from 0 to 1. */
  tracing?: { endpoint: string; headers: Record<string, string>; share: number } | undefined;
  logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'silent';
}
