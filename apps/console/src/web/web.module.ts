import { Module } from '@nestjs/common';
import { readAppPage } from './built-app.js';
import { APP_PAGE, WebController } from './web.controller.js';

/** The console's web app. */
@Module({
  controllers: [WebController],
  providers: [{ provide: APP_PAGE, useFactory: () => readAppPage() }],
})
export class WebModule {}
