import { type DynamicModule, Module } from '@nestjs/common';
import { AccountsController } from './accounts.controller.js';
import { ClientsController } from './clients.controller.js';
import { ImportController } from './import.controller.js';
import { CONTEXT, type ConsoleContext } from './parts.js';
import { RecoveriesController } from './recoveries.controller.js';

@Module({})
export class ConsoleModule {
  static with(context: ConsoleContext): DynamicModule {
    return {
      module: ConsoleModule,
      controllers: [ImportController, AccountsController, ClientsController, RecoveriesController],
      providers: [{ provide: CONTEXT, useValue: context }],
    };
  }
}
