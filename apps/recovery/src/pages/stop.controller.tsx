import { Controller, Get, Inject, Post, Query, Req, Res, UseFilters } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { isRefused } from '@rekey/kernel';
import { aboutWhat, stopRecovery } from '@rekey/recovery';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { refused } from './go-on.js';
import { PageFaults } from './page-faults.js';
import { PAGES, type PageParts, partsIn } from './parts.js';
import { Presenter } from './present.js';
import { StopGonePage, StopPage, StoppedPage } from './views-stop.js';

/** "This was not me". Opening the link changes nothing: mail scanners open links too. */
@ApiExcludeController()
@UseFilters(PageFaults)
@Controller('stop')
export class StopController {
  constructor(@Inject(PAGES) private readonly parts: PageParts) {}

  @Get()
  ask(@Query('token') token: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const show = this.presenter(request, reply);
    const { browser, issuerIsExternal } = this.parts;
    if (typeof token === 'string' && token.length <= 200) {
      // Out of the address at once: it must not stay in history, logs or a referrer.
      browser.keepToken(reply, 'stop', token);
      return show.to('/stop');
    }
    const about = aboutWhat(this.parts.context, browser.token(request, 'stop') ?? '');
    if (about === undefined) return show.page(404, <StopGonePage context={show.context} />);
    const page = (
      <StopPage context={show.context} signsOut={!issuerIsExternal} binding={about === 'binding'} />
    );
    return show.page(200, page);
  }

  @Post()
  async stop(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const show = this.presenter(request, reply);
    const { browser, context, issuerIsExternal } = partsIn(this.parts, request);
    const stopped = await stopRecovery(context, browser.token(request, 'stop') ?? '');
    if (isRefused(stopped)) {
      return stopped.code === 'not_found'
        ? show.page(404, <StopGonePage context={show.context} />)
        : refused(show, stopped);
    }
    browser.forget(reply, 'stop');
    const { wasSettled, wasBinding, password, heldHours = 0 } = stopped;
    if (wasBinding === 'gone') return show.page(404, <StopGonePage context={show.context} />);
    const page = (
      <StoppedPage
        context={show.context}
        wasSettled={wasSettled}
        signsOut={!issuerIsExternal}
        restored={password === 'restored'}
        heldHours={heldHours}
        binding={wasBinding !== undefined}
      />
    );
    return show.page(200, page);
  }

  private presenter(request: FastifyRequest, reply: FastifyReply): Presenter {
    return new Presenter(reply, request, this.parts.browser, this.parts.productName);
  }
}
