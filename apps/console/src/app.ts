import { openDatabase } from '@rekey/database';
import { createLog, type RunningServer, serve, warnOfSurplus } from '@rekey/http';
import { type Clock, systemClock } from '@rekey/kernel';
import { policyFrom, strongRolesOf } from '@rekey/recovery';
import type { Settings } from '@rekey/settings';
import { tokenContext } from '@rekey/tokens';
import { openWatch, type Watch } from '@rekey/watch';
import { ConsoleModule } from './console.module.js';
import { registerNdjson } from './ndjson.js';
import { openApi } from './open-api.js';

/** The management API: accounts, clients, and the state of tokens. */
export async function startConsole(
  settings: Settings,
  options: { clock?: Clock; watch?: Watch } = {},
): Promise<RunningServer> {
  const clock = options.clock ?? systemClock;
  const { keyring } = settings;
  const strongRoles = strongRolesOf(policyFrom(settings));
  const watch = options.watch ?? (await openWatch({ app: 'console', tracing: settings.tracing }));
  const database = await openDatabase({
    url: settings.databaseUrl ?? '',
    name: 'console',
    noteAt: watch.noteAt,
    surplusRights: warnOfSurplus(createLog({ name: 'console', level: settings.logLevel })),
  });
  try {
    const tokens = tokenContext(settings, { database, clock, strongRoles });
    const server = await serve({
      name: 'console',
      module: ConsoleModule.with({ context: { database, keyring, clock, strongRoles }, tokens }),
      port: settings.ports.console,
      settings,
      ready: () => database.ready(),
      register: registerNdjson,
      openApi,
      watch,
    });
    return {
      url: server.url,
      close: async () => {
        await server.close();
        await database.close();
        await watch.close();
      },
    };
  } catch (fault) {
    await database.close();
    throw fault;
  }
}
