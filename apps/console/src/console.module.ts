import { type DynamicModule, Module } from '@nestjs/common';
import { CONTEXT, TOKENS } from '@rekey/http';
import type { ManagementContext } from '@rekey/management';
import type { TokenContext } from '@rekey/tokens';
import { AccountsController } from './accounts.controller.js';
import { ClientsController } from './clients.controller.js';
import { ImportController } from './import.controller.js';
import { RecoveriesController } from './recoveries.controller.js';

@Module({})
export class ConsoleModule {
  static with({ context, tokens }: { context: ManagementContext; tokens: TokenContext }): DynamicModule {
    return {
      module: ConsoleModule,
      controllers: [ImportController, AccountsController, ClientsController, RecoveriesController],
      providers: [
        { provide: CONTEXT, useValue: context },
        { provide: TOKENS, useValue: tokens },
      ],
    };
  }
}
