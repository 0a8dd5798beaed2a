import { Controller, Get, Inject } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Gives, Public, Replies, Reply } from '@rekey/http';
import { appPaths } from './app-paths.js';
import type { AppPage } from './built-app.js';

export const APP_PAGE = Symbol('rekey:console-page');

/** The page of the web app, at the address of each screen. It holds nothing of anybody: what a screen shows, it asks for. */
@Controller()
@ApiExcludeController()
@Public()
export class WebController {
  constructor(@Inject(APP_PAGE) private readonly page: AppPage) {}

  @Get([...appPaths])
  @Gives('text/html')
  @Replies()
  show() {
    const { html, policy } = this.page;
    return new Reply(200, html, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy,
    });
  }
}
