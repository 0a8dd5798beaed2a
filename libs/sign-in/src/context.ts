import type { Database, Transaction } from '@rekey/database';
import type { Clock, Keyring } from '@rekey/kernel';
import type { OddsPolicy, RateLimitStore } from '@rekey/limits';
import type { TokenContext } from '@rekey/tokens';

/** What every act needs. */
export interface ActContext {
  database: Database;
  keyring: Keyring;
  clock: Clock;
  /** The store of rate limits, when that is not the database. */
  rateLimits?: RateLimitStore | undefined;
  /** How likely a stranger's attempts may succeed, per day and per year. Defaults apply when omitted. */
  odds?: OddsPolicy | undefined;
}

/** What a change of password needs. */
export interface PasswordContext extends TokenContext, Pick<ActContext, 'rateLimits'> {
  /**
   * Called in the transaction, before a session that came from a recovery sets another password. It retains the current password, for a
   * stop of that recovery.
   */
  saveFormerPassword(tx: Transaction, of: { recovery: string; account: string }): Promise<void>;
}

/** What the acts of a signed-in person need. */
export interface EnrolmentContext extends ActContext {
  /** Roles for which the policy asks for level 2. */
  strongRoles: string[];
  /** Milliseconds before an authenticator that was bound to a single-factor account counts in a recovery. */
  bindingHoldMs: number;
}

/** The account that changes, and the session that changes it. */
export interface Changing {
  account: string;
  session: string;
}

/** The same with the origin, which is stored with the authenticator. */
export interface BindingBy extends Changing {
  client: string;
  /** IP address. */
  source: string;
}
