import type { Keyring } from '@rekey/kernel';
import type { SenderSettings } from './senders.js';

/**
 * The processes of a deployment. `roles` and `migrate` run once before the others, `import` and `keys` next to them; `standalone` is all of
 * them in one.
 */
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

/** An external authorization server, and how to request credentials from it. */
export interface ExternalIssuerSettings {
  /** Its exact identifier. */
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
  /** Empty except for `token-exchange`. */
  audience: string[];
}

/** The parsed environment as plain values; nothing is read from the environment again. */
export interface Settings extends SenderSettings {
  production: boolean;
  /** Of the application role. Unset: the embedded PostgreSQL. */
  databaseUrl?: string | undefined;
  /** Of the role that owns and migrates the tables. Unset: that of `databaseUrl`. */
  databaseOwnerUrl?: string | undefined;
  /** Of a superuser, only for `npm run roles`. */
  databaseAdminUrl?: string | undefined;
  dataDir: string;
  redisUrl?: string | undefined;
  listenHost: string;
  ports: { recovery: number; issuer: number; console: number; mailbox: number; courier: number };
  /** Public base URLs without a trailing slash. */
  urls: { recovery: string; issuer: string; console: string };
  keyring: Keyring;
  /** It is the development keyring, in the data directory. */
  keyringMadeHere: boolean;
  /** `madeHere`: a development secret, which may be shown. */
  management: { clientId: string; clientSecret: string; madeHere: boolean };
  tokenAudience: string[];
  keyPlan: { alg: 'ES256' | 'RS256' | 'EdDSA' | 'HS256'; rotateEveryMs: number };
  /** Lifetimes of tokens; the default when unset. */
  tokenLifetimesFile?: string | undefined;
  /** For the process that calls it. Unset: Rekey's own issuer. */
  externalIssuer?: ExternalIssuerSettings | undefined;
  /** Also set in processes that do not call it: it decides what messages and pages say. */
  issuerIsExternal: boolean;
  tls?: { certFile: string; keyFile: string } | undefined;
  /** The proofs that are enough for a recovery; the default when unset. */
  recoveryPolicyFile?: string | undefined;
  /** Prices, budgets and breaker of SMS; the default when unset. */
  smsPolicyFile?: string | undefined;
  /** The only countries that SMS are sent to; those of the policy when unset. */
  smsCountries?: string[] | undefined;
  /** Codes per ten minutes. */
  sendQuotas: { client: number; instance: number };
  /** Proxies, by IP or network, whose forwarding headers are trusted. */
  trustProxy: string[];
  /** Origins whose pages may call the APIs from script. */
  corsOrigins: string[];
  /** The name of the product in mails, SMS and pages. */
  productName: string;
  /** Where a person signs in after a recovery that no app started. */
  signInUrl?: string | undefined;
  /** The bearer token that unlocks the full `/metrics`. */
  metricsToken?: string | undefined;
  /** The trace exporter; none when unset. `share`: the sampled part of traces that start here, from 0 to 1. */
  tracing?: { endpoint: string; headers: Record<string, string>; share: number } | undefined;
  logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'silent';
}
