import { type DynamicModule, Module } from '@nestjs/common';
import { CLIENTS, CONTEXT, TOKENS } from '@rekey/http';
import type { ClientDirectory, TokenContext } from '@rekey/tokens';
import { AuthenticatorsController } from './authenticators.controller.js';
import { DeviceAuthorizationController, DeviceController } from './device.controller.js';
import { DiagnoseController } from './diagnose.controller.js';
import { PRODUCT_NAME } from './injection.js';
import { MetadataController } from './metadata.controller.js';
import { PasswordController } from './password.controller.js';
import { SessionsController } from './sessions.controller.js';
import { TokenController } from './token.controller.js';
import { TokenStateController } from './token-state.controller.js';

@Module({})
export class IssuerModule {
  static with(parts: {
    context: TokenContext;
    clients: ClientDirectory;
    productName: string;
  }): DynamicModule {
    return {
      module: IssuerModule,
      controllers: [
        TokenController,
        TokenStateController,
        DeviceAuthorizationController,
        DeviceController,
        MetadataController,
        SessionsController,
        PasswordController,
        AuthenticatorsController,
        DiagnoseController,
      ],
      providers: [
        { provide: CONTEXT, useValue: parts.context },
        { provide: TOKENS, useExisting: CONTEXT },
        { provide: PRODUCT_NAME, useValue: parts.productName },
        { provide: CLIENTS, useValue: parts.clients },
      ],
    };
  }
}
