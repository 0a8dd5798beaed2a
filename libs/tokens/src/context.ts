import type { Database } from '@rekey/database';
import type { Clock, Keyring } from '@rekey/kernel';
import type { SigningKeys } from './signing-keys.js';

/** What the verbs of the issuer need. */
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
}
