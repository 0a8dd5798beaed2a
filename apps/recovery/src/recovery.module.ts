import { type DynamicModule, Module } from '@nestjs/common';
import type { Settings } from '@rekey/settings';
import { RecoveriesController } from './api/recoveries.controller.js';
import { StopsController } from './api/stops.controller.js';
import { TWILIO, TwilioStatusController } from './api/twilio-status.controller.js';
import { CLIENTS, CONTEXT, type RecoveryParts } from './parts.js';

@Module({})
export class RecoveryModule {
  static with({ context, clients }: RecoveryParts, settings: Settings): DynamicModule {
    return {
      module: RecoveryModule,
      controllers: [RecoveriesController, StopsController, TwilioStatusController],
      providers: [
        { provide: CONTEXT, useValue: context },
        { provide: CLIENTS, useValue: clients },
        {
          provide: TWILIO,
          useValue: { authToken: settings.twilio?.authToken, baseUrl: settings.urls.recovery },
        },
      ],
    };
  }
}
