import type { Database } from '@rekey/database';
import type { Clock, Keyring } from '@rekey/kernel';
import { readSetting, type Settings } from '@rekey/settings';
import { type LifetimePlan, readLifetimes } from './lifetimes.js';
import { SigningKeys } from './signing-keys.js';

/** What the acts of the issuer need. */
export interface TokenContext {
  database: Database;
  keyring: Keyring;
  clock: Clock;
  keys: SigningKeys;
  /** `iss` of access tokens, audience of assertions. */
  issuerUrl: string;
  /** `iss` of recovery's assertions. */
  recoveryUrl: string;
  /** `aud` of access tokens. */
  audience: string[];
  lifetimes: LifetimePlan;
  /** Roles for which the recovery policy asks for assurance level 2. */
  strongRoles: string[];
}

/** @throws {SettingsError} line by line: impossible lifetimes are refused at start-up, with exit code 78 */
export function tokenContext(
  settings: Settings,
  parts: Pick<TokenContext, 'database' | 'clock' | 'strongRoles'>,
): TokenContext {
  const { database, clock, strongRoles } = parts;
  const { keyring, keyPlan, urls, tokenAudience, tokenLifetimesFile } = settings;
  return {
    database,
    keyring,
    clock,
    keys: new SigningKeys(database, keyring, clock, keyPlan),
    issuerUrl: urls.issuer,
    recoveryUrl: urls.recovery,
    audience: tokenAudience,
    strongRoles,
    lifetimes: readSetting('TOKEN_LIFETIMES_FILE', tokenLifetimesFile, readLifetimes),
  };
}
