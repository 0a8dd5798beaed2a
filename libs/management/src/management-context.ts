import type { Database } from '@rekey/database';
import type { Clock, Keyring } from '@rekey/kernel';
import type { RecoveryPolicy } from '@rekey/recovery';
import type { ConsolePlace } from '@rekey/staff';
import type { ClientWriter, ManagementCaller, ManagementScope } from '@rekey/tokens';

/** What the acts of management need. */
export interface ManagementContext {
  database: Database;
  keyring: Keyring;
  clock: Clock;
  /** Roles for which the recovery policy asks for assurance level 2. */
  strongRoles: string[];
  /** It says what a recovery still needs. */
  policy: RecoveryPolicy;
  /** Where staff sign for overrides, in the console. */
  place?: ConsolePlace;
}

/** With this scope a client also writes clients that it has not made. */
export const everyClient = 'clients:admin' satisfies ManagementScope;

export const writerOf = ({ clientId, scopes }: ManagementCaller): ClientWriter => ({
  clientId,
  everyones: scopes.includes(everyClient),
});
