import { Body, Controller, Get, Inject, Post, Query, Req, Res, UseFilters } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { isRefused } from '@rekey/kernel';
import { proveByLink, readLink } from '@rekey/recovery';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Form, textIn } from './form.js';
import { goOn, refused } from './go-on.js';
import { callerOf } from './known-browser.js';
import { PageFaults } from './page-faults.js';
import { PAGES, type PageParts, partsIn } from './parts.js';
import { Presenter } from './present.js';
import { LinkEndPage, LinkPage } from './views-proofs.js';
import { proofWordings } from './wording-proofs.js';

/**
 * The link beside a code in a mail. GET and HEAD change nothing. The tap is a form of ours; in a browser that did not begin
 * the recovery it leads to the question for the number, so that neither a scanner nor a stranger's click proves anything.
 */
@ApiExcludeController()
@UseFilters(PageFaults)
@Controller('recover/link')
export class LinkController {
  constructor(@Inject(PAGES) private readonly parts: PageParts) {}

  @Get()
  ask(@Query('token') token: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const show = this.presenter(request, reply);
    const { browser, context } = this.parts;
    if (typeof token === 'string' && token.length <= 200) {
      // Out of the address at once: it must not stay in history, logs or a referrer.
      browser.keepToken(reply, 'link', token);
      return show.to('/recover/link');
    }
    const kept = browser.token(request, 'link');
    if (kept === undefined || !readLink(context, kept, undefined)) return gone(show);
    return show.page(200, <LinkPage context={show.context} />);
  }

  @Post()
  async tap(@Body() body: Form, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const show = this.presenter(request, reply);
    const parts = partsIn(this.parts, request);
    const { browser, context } = parts;
    const token = browser.token(request, 'link') ?? '';
    const began = browser.recovery(request);
    const link = readLink(context, token, began);
    if (!link) return gone(show);
    const number = textIn(body.number, 10);
    if (!link.beganHere && !/\d/.test(number.normalize('NFKC')))
      return show.page(200, <LinkPage context={show.context} asksForNumber />);
    const proven = await proveByLink(context, token, { began, number, caller: callerOf(browser, request) });
    if (isRefused(proven)) {
      if (proven.code === 'wrong_proof') {
        const problem = proofWordings[show.context.locale].link.wrong(proven.data.tries_left ?? 0);
        return show.page(422, <LinkPage context={show.context} asksForNumber problem={problem} />);
      }
      if (proven.code === 'invalid_state')
        return show.page(410, <LinkEndPage context={show.context} kind="gone" />);
      return proven.code === 'not_found' ? gone(show) : refused(show, proven);
    }
    browser.forget(reply, 'link');
    if (link.beganHere && began) return goOn(parts, show, reply, began, proven);
    return show.page(200, <LinkEndPage context={show.context} kind="done" />);
  }

  private presenter(request: FastifyRequest, reply: FastifyReply): Presenter {
    return new Presenter(reply, request, this.parts.browser, this.parts.productName);
  }
}

const gone = (show: Presenter) => show.page(404, <LinkEndPage context={show.context} kind="gone" />);
