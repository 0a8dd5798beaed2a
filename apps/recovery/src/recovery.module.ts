import { type DynamicModule, type FactoryProvider, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { CLIENTS, CONTEXT, SETTINGS, TOKENS } from '@rekey/http';
import type { RecoveryContext } from '@rekey/recovery';
import type { Settings } from '@rekey/settings';
import type { ClientDirectory } from '@rekey/tokens';
import { AssistsController } from './api/assists.controller.js';
import { KeysController, SIGNING } from './api/keys.controller.js';
import { receiptControllers } from './api/receipts.controller.js';
import { RecoveriesController } from './api/recoveries.controller.js';
import { StopsController } from './api/stops.controller.js';
import type { IssuerAddress } from './issuer-over-http.js';
import { ISSUER_AT } from './issuer-provider.js';
import { AccountController } from './pages/account.controller.js';
import { AssistController } from './pages/assist.controller.js';
import { BackController } from './pages/back.controller.js';
import { BrowserState } from './pages/browser-state.js';
import { CsrfGuard } from './pages/csrf-guard.js';
import { DeviceController } from './pages/device.controller.js';
import { FinishController } from './pages/finish.controller.js';
import { LinkController } from './pages/link.controller.js';
import { OtherProofController } from './pages/other-proof.controller.js';
import { PAGES, type PageParts } from './pages/page-parts.js';
import { RecoverController } from './pages/recover.controller.js';
import { StopController } from './pages/stop.controller.js';
import { recoveryProviders } from './providers.js';

const pages: FactoryProvider<PageParts> = {
  provide: PAGES,
  inject: [CONTEXT, CLIENTS, TOKENS, BrowserState, SETTINGS],
  useFactory: (
    context: RecoveryContext,
    clients: ClientDirectory,
    tokens: PageParts['tokens'],
    browser: BrowserState,
    { productName, signInUrl, issuerIsExternal, sms }: Settings,
  ) => ({
    context,
    clients,
    tokens,
    browser,
    productName,
    signInUrl,
    issuerIsExternal,
    withoutSms: sms === 'off',
  }),
};

@Module({
  controllers: [
    RecoveriesController,
    AssistsController,
    StopsController,
    ...receiptControllers,
    KeysController,
    RecoverController,
    OtherProofController,
    LinkController,
    AssistController,
    BackController,
    AccountController,
    DeviceController,
    FinishController,
    StopController,
  ],
  providers: [
    // Before every handler, so that no form is acted on unchecked by oversight.
    { provide: APP_GUARD, useClass: CsrfGuard },
    ...recoveryProviders,
    {
      provide: BrowserState,
      inject: [SETTINGS],
      useFactory: ({ keyring, urls }: Settings) => new BrowserState(keyring, urls.recovery),
    },
    pages,
    { provide: SIGNING, useExisting: TOKENS },
  ],
})
export class RecoveryModule {
  /** @param issuerAt where the issuer is called; where the settings say, when left out */
  static with(issuerAt?: IssuerAddress): DynamicModule {
    return { module: RecoveryModule, providers: [{ provide: ISSUER_AT, useValue: issuerAt }] };
  }
}
