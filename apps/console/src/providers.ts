import type { Provider } from '@nestjs/common';
import { Database } from '@rekey/database';
import { CLOCK, CONTEXT, databaseProvider, SETTINGS, TOKENS } from '@rekey/http';
import type { Clock } from '@rekey/kernel';
import type { ManagementContext } from '@rekey/management';
import { policyFrom, strongRolesOf } from '@rekey/recovery';
import type { Settings } from '@rekey/settings';
import { consolePlace, type StaffContext } from '@rekey/staff';
import { type TokenContext, tokenContext } from '@rekey/tokens';

/** What the management API is made of. */
export const consoleProviders: Provider[] = [
  databaseProvider(),
  {
    provide: CONTEXT,
    inject: [SETTINGS, Database, CLOCK],
    useFactory: (settings: Settings, database: Database, clock: Clock): ManagementContext & StaffContext => {
      const policy = policyFrom(settings);
      const place = consolePlace(settings.urls.console, settings.production, settings.listenHost);
      const { keyring } = settings;
      return { database, keyring, clock, policy, strongRoles: strongRolesOf(policy), place };
    },
  },
  {
    provide: TOKENS,
    inject: [SETTINGS, CONTEXT],
    useFactory: (settings: Settings, { database, clock, strongRoles }: ManagementContext): TokenContext =>
      tokenContext(settings, { database, clock, strongRoles }),
  },
];
