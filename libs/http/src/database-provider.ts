import type { FactoryProvider } from '@nestjs/common';
import { Database, openDatabase } from '@rekey/database';
import type { Settings } from '@rekey/settings';
import { Watch } from '@rekey/watch';
import { LOG, PROCESS_NAME, SETTINGS } from './injection-tokens.js';
import type { Log } from './log.js';
import { Readiness } from './readiness.js';
import { Resources } from './resources.js';
import { warnOfSurplus } from './surplus-rights.js';

/** The database of a process, which is ready only while it answers. @param options.poolSize connections at most; 10 when left out */
export const databaseProvider = (options: { poolSize?: number } = {}): FactoryProvider<Database> => ({
  provide: Database,
  inject: [Resources, Readiness, SETTINGS, PROCESS_NAME, Watch, LOG],
  useFactory: async (
    resources: Resources,
    readiness: Readiness,
    settings: Settings,
    name: string,
    watch: Watch,
    log: Log,
  ) => {
    const database = await resources.open(
      () =>
        openDatabase({
          url: settings.databaseUrl ?? '',
          name,
          noteAt: watch.noteAt,
          surplusRights: warnOfSurplus(log),
          ...options,
        }),
      (opened) => opened.close(),
    );
    readiness.needs(() => database.ready());
    return database;
  },
});
