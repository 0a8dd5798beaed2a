import { type DynamicModule, Global, Module } from '@nestjs/common';
import type { Clock } from '@rekey/kernel';
import type { Settings } from '@rekey/settings';
import { Telemetry } from '@rekey/telemetry';
import { CLOCK, LOG, PROCESS_NAME, SETTINGS } from './injection-tokens.js';
import { Leaving } from './leaving.js';
import type { Log } from './log.js';
import { PeriodicWork } from './periodic-work.js';
import { Readiness } from './readiness.js';
import { Resources } from './resources.js';

export interface ProcessParts {
  name: string;
  settings: Partial<Settings>;
  clock: Clock;
  log: Log;
  telemetry: Telemetry;
  resources: Resources;
  leaving: Leaving;
}

/** What every module of a process can inject. */
@Global()
@Module({})
export class ProcessModule {
  static of({ name, settings, clock, log, telemetry, resources, leaving }: ProcessParts): DynamicModule {
    const providers = [
      { provide: PROCESS_NAME, useValue: name },
      { provide: SETTINGS, useValue: settings },
      { provide: CLOCK, useValue: clock },
      { provide: LOG, useValue: log },
      { provide: Telemetry, useValue: telemetry },
      { provide: Resources, useValue: resources },
      { provide: Leaving, useValue: leaving },
      Readiness,
      PeriodicWork,
    ];
    return { module: ProcessModule, providers, exports: providers };
  }
}
