import { type DynamicModule, Module } from '@nestjs/common';
import type { ClientDirectory, TokenContext } from '@rekey/tokens';
import { CLIENTS, CONTEXT } from './injection.js';
import { MetadataController } from './metadata.controller.js';
import { SessionsController } from './sessions.controller.js';
import { TokenController } from './token.controller.js';
import { TokenStateController } from './token-state.controller.js';

@Module({})
export class IssuerModule {
  static with(parts: { context: TokenContext; clients: ClientDirectory }): DynamicModule {
    return {
      module: IssuerModule,
      controllers: [TokenController, TokenStateController, MetadataController, SessionsController],
      providers: [
        { provide: CONTEXT, useValue: parts.context },
        { provide: CLIENTS, useValue: parts.clients },
      ],
    };
  }
}
