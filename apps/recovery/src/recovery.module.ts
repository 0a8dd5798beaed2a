import { type DynamicModule, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { CLIENTS, CONTEXT } from '@rekey/http';
import type { Settings } from '@rekey/settings';
import { KeysController, SIGNING } from './api/keys.controller.js';
import { RecoveriesController } from './api/recoveries.controller.js';
import { StopsController } from './api/stops.controller.js';
import { TWILIO } from './api/twilio-signature-guard.js';
import { TwilioStatusController } from './api/twilio-status.controller.js';
import { AccountController } from './pages/account.controller.js';
import type { BrowserState } from './pages/browser-state.js';
import { CsrfGuard } from './pages/csrf-guard.js';
import { DeviceController } from './pages/device.controller.js';
import { FinishController } from './pages/finish.controller.js';
import { LinkController } from './pages/link.controller.js';
import { OtherProofController } from './pages/other-proof.controller.js';
import { PAGES, type PageParts } from './pages/parts.js';
import { RecoverController } from './pages/recover.controller.js';
import { StopController } from './pages/stop.controller.js';
import type { RecoveryParts } from './parts.js';

@Module({})
export class RecoveryModule {
  static with(
    { context, clients, tokens }: RecoveryParts,
    browser: BrowserState,
    settings: Settings,
  ): DynamicModule {
    const { productName, signInUrl, issuerIsExternal } = settings;
    const pages: PageParts = {
      context,
      clients,
      tokens,
      browser,
      productName,
      signInUrl,
      issuerIsExternal,
    };
    return {
      module: RecoveryModule,
      controllers: [
        RecoveriesController,
        StopsController,
        TwilioStatusController,
        KeysController,
        RecoverController,
        OtherProofController,
        LinkController,
        AccountController,
        DeviceController,
        FinishController,
        StopController,
      ],
      providers: [
        // Before every handler, so that no form is acted on unchecked by oversight.
        { provide: APP_GUARD, useClass: CsrfGuard },
        { provide: CONTEXT, useValue: context },
        { provide: PAGES, useValue: pages },
        { provide: CLIENTS, useValue: clients },
        { provide: SIGNING, useValue: tokens },
        {
          provide: TWILIO,
          useValue: { authToken: settings.twilio?.authToken, baseUrl: settings.urls.recovery },
        },
      ],
    };
  }
}
