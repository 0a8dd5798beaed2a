import type { FactoryProvider } from '@nestjs/common';
import { recordSettings } from '@rekey/audit';
import { assertSchema, Database, openDatabase } from '@rekey/database';
import type { Clock } from '@rekey/kernel';
import type { Settings } from '@rekey/settings';
import { Telemetry } from '@rekey/telemetry';
import { warnOfExcessPrivileges } from './excess-privileges.js';
import { CLOCK, LOG, PROCESS_NAME, SETTINGS } from './injection-tokens.js';
import type { Log } from './log.js';
import { Readiness } from './readiness.js';
import { Resources } from './resources.js';

/** Milliseconds in which a statement of a process has to get a byte of its response: far more than any needs, and less than callers wait. */
const silenceMs = 15_000;

/** The database of a process, which is ready only while it answers. @param options.poolSize connections at most; 10 when left out */
export const databaseProvider = (options: { poolSize?: number } = {}): FactoryProvider<Database> => ({
  provide: Database,
  inject: [Resources, Readiness, SETTINGS, PROCESS_NAME, Telemetry, LOG, CLOCK],
  useFactory: async (
    resources: Resources,
    readiness: Readiness,
    settings: Settings,
    name: string,
    telemetry: Telemetry,
    log: Log,
    clock: Clock,
  ) => {
    const database = await resources.open(
      () =>
        openDatabase({
          url: settings.databaseUrl ?? '',
          name,
          silenceMs,
          recordWithin: telemetry.recordWithin,
          onExcessPrivileges: warnOfExcessPrivileges(log),
          ...options,
        }),
      (opened) => opened.close(),
    );
    await recordSettings(database, settings.keyring, settings.inForce, clock.now()).catch((fault: unknown) =>
      // It can serve all the same, and the log has it.
      log.warn({ err: fault }, 'the settings were not audited'),
    );
    readiness.needs('database', () => database.ready());
    readiness.needs('schema', () => assertSchema(database.dataSource));
    return database;
  },
});
