import { Body, Controller, Get, Inject, Post, Req, Res, UseFilters } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { isRefused } from '@rekey/kernel';
import { settleRecovery, showRecovery } from '@rekey/recovery';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Form, textIn } from './form.js';
import { noSession, refused } from './go-on.js';
import { finishForApp } from './hand-back.js';
import { rememberBrowser } from './known-browser.js';
import { PageFaults } from './page-faults.js';
import { PAGES, type PageParts, partsIn } from './parts.js';
import { Presenter } from './present.js';
import { DonePage, NoticePage, PasswordPage } from './views.js';

/** The last pages of a recovery: a new password, or back to the app. */
@ApiExcludeController()
@UseFilters(PageFaults)
@Controller('recover')
export class FinishController {
  constructor(@Inject(PAGES) private readonly parts: PageParts) {}

  @Get('password')
  async password(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const show = this.presenter(request, reply);
    const recovery = this.parts.browser.recovery(request);
    if (!recovery) return noSession(show);
    const view = await showRecovery(this.parts.context, recovery);
    if (isRefused(view)) return refused(show, view);
    if (view.state === 'proving' || view.state === 'held') return show.to('/recover/code');
    if (view.state !== 'proven') return show.page(410, <NoticePage context={show.context} kind="over" />);
    const { app } = recovery;
    return show.page(200, <PasswordPage context={show.context} app={app?.name} />, app?.origin);
  }

  @Post('password')
  async setPassword(@Body() body: Form, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const show = this.presenter(request, reply);
    const parts = partsIn(this.parts, request);
    const { browser, context } = parts;
    const recovery = browser.recovery(request);
    if (!recovery) return noSession(show);
    const password = textIn(body.password);
    if (recovery.app) return finishForApp(parts, show, reply, recovery, password);
    const settled = await settleRecovery(context, recovery, { password });
    if (!isRefused(settled)) {
      browser.forget(reply, 'recovery');
      rememberBrowser(this.parts, reply, settled.device_token);
      return show.to('/recover/done');
    }
    if (settled.code === 'password_refused') {
      return show.page(422, <PasswordPage context={show.context} reason={settled.data.reason} />);
    }
    if (settled.code === 'not_proven') return show.to('/recover/code');
    return refused(show, settled);
  }

  @Post('return')
  async handBack(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const show = this.presenter(request, reply);
    const recovery = this.parts.browser.recovery(request);
    return recovery?.app
      ? finishForApp(partsIn(this.parts, request), show, reply, recovery)
      : noSession(show);
  }

  @Get('done')
  done(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const show = this.presenter(request, reply);
    return show.page(200, <DonePage context={show.context} signInUrl={this.parts.signInUrl} />);
  }

  /** Mistyped: a page too. */
  @Get('*')
  missing(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const show = this.presenter(request, reply);
    return show.page(404, <NoticePage context={show.context} kind="not_found" />);
  }

  private presenter(request: FastifyRequest, reply: FastifyReply): Presenter {
    return new Presenter(reply, request, this.parts.browser, this.parts.productName);
  }
}
