import { Module } from '@nestjs/common';
import { AccountsController } from './accounts.controller.js';
import { ClientsController } from './clients.controller.js';
import { ImportController } from './import.controller.js';
import { consoleProviders } from './providers.js';
import { RecoveriesController } from './recoveries.controller.js';

@Module({
  controllers: [ImportController, AccountsController, ClientsController, RecoveriesController],
  providers: consoleProviders,
})
export class ConsoleModule {}
