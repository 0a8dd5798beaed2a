import type { Database } from '@rekey/database';
import type { Clock, Keyring } from '@rekey/kernel';
import type { TokenContext } from '@rekey/tokens';

export const CONTEXT = Symbol('ConsoleContext');

/** What the management API is made of. */
export interface ConsoleContext {
  database: Database;
  keyring: Keyring;
  clock: Clock;
  tokens: TokenContext;
}
