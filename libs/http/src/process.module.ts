import { type DynamicModule, Global, Module } from '@nestjs/common';
import type { Clock } from '@rekey/kernel';
import type { Settings } from '@rekey/settings';
import { Watch } from '@rekey/watch';
import { CLOCK, LOG, PROCESS_NAME, SETTINGS } from './injection-tokens.js';
import type { Log } from './log.js';
import { PeriodicWork } from './periodic-work.js';
import { Readiness } from './readiness.js';
import { Resources } from './resources.js';

export interface ProcessParts {
  name: string;
  settings: Partial<Settings>;
  clock: Clock;
  log: Log;
  watch: Watch;
  resources: Resources;
}

/** What every module of a process can inject. */
@Global()
@Module({})
export class ProcessModule {
  static of({ name, settings, clock, log, watch, resources }: ProcessParts): DynamicModule {
    const providers = [
      { provide: PROCESS_NAME, useValue: name },
      { provide: SETTINGS, useValue: settings },
      { provide: CLOCK, useValue: clock },
      { provide: LOG, useValue: log },
      { provide: Watch, useValue: watch },
      { provide: Resources, useValue: resources },
      Readiness,
      PeriodicWork,
    ];
    return { module: ProcessModule, providers, exports: providers };
  }
}
