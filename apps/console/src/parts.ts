import type { Provider } from '@nestjs/common';
import { Database } from '@rekey/database';
import { CLOCK, databaseProvider, SETTINGS } from '@rekey/http';
import type { Clock, Keyring } from '@rekey/kernel';
import { policyFrom, strongRolesOf } from '@rekey/recovery';
import type { Settings } from '@rekey/settings';
import { type TokenContext, tokenContext } from '@rekey/tokens';

export const CONTEXT = Symbol('ConsoleContext');

/** What the management API is made of. */
export interface ConsoleContext {
  database: Database;
  keyring: Keyring;
  clock: Clock;
  tokens: TokenContext;
}

export const consoleProviders: Provider[] = [
  databaseProvider(),
  {
    provide: CONTEXT,
    inject: [SETTINGS, Database, CLOCK],
    useFactory: (settings: Settings, database: Database, clock: Clock): ConsoleContext => {
      const strongRoles = strongRolesOf(policyFrom(settings));
      const tokens = tokenContext(settings, { database, clock, strongRoles });
      return { database, keyring: settings.keyring, clock, tokens };
    },
  },
];
