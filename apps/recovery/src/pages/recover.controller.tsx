import { Body, Controller, Get, Inject, Post, Query, Req, Res, UseFilters } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { isRefused, isUuid } from '@rekey/kernel';
import { openRecovery, prove, sendCode } from '@rekey/recovery';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { originOf, readAuthorizationRequest } from './authorization-request.js';
import { type BrowserRecovery } from './browser-state.js';
import { type Form, textIn } from './form.js';
import { goOn, noSession, provingOr, refused } from './go-on.js';
import { callerOf } from './known-browser.js';
import { PageFaults } from './page-faults.js';
import { PAGES, type PageParts, partsIn } from './parts.js';
import { Presenter } from './present.js';
import { CodePage, FormPage, NoticePage } from './views.js';
import { pageWordings } from './wording.js';

const addressOf = ({ address_id: id }: Form): string | undefined =>
  isUuid(textIn(id)) ? textIn(id) : undefined;

/** The pages of a recovery: who you are, your code. */
@ApiExcludeController()
@UseFilters(PageFaults)
@Controller('recover')
export class RecoverController {
  constructor(@Inject(PAGES) private readonly parts: PageParts) {}

  @Get()
  async form(@Query() query: Form, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const show = this.presenter(request, reply);
    const read = await readAuthorizationRequest(this.parts.clients, this.parts.context, query);
    if ('bad' in read) return show.page(400, <NoticePage context={show.context} kind="bad_request" />);
    if ('tell' in read) return show.to(read.tell);
    const app = 'app' in read ? read.app : undefined;
    return show.page(
      200,
      <FormPage context={show.context} app={app?.client.name} carried={app?.carried ?? {}} />,
    );
  }

  @Post()
  async begin(@Body() body: Form, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const show = this.presenter(request, reply);
    const { browser, clients, context } = partsIn(this.parts, request);
    const read = await readAuthorizationRequest(clients, context, body);
    if ('bad' in read) return show.page(400, <NoticePage context={show.context} kind="bad_request" />);
    if ('tell' in read) return show.to(read.tell);
    const app = 'app' in read ? read.app : undefined;
    const identifier = textIn(body.identifier);
    const country = textIn(body.country);
    const opened = await openRecovery(context, {
      identifier,
      country: country || undefined,
      locale: show.context.locale,
      source: request.ip,
      deviceTokens: browser.knownAs(request),
      clientId: app?.client.client_id,
      redirect: app && { redirectUri: app.redirectUri, state: app.state, codeChallenge: app.codeChallenge },
    });
    if (isRefused(opened)) {
      if (opened.code !== 'invalid_request') return refused(show, opened);
      return show.page(
        400,
        <FormPage
          context={show.context}
          app={app?.client.name}
          carried={app?.carried ?? {}}
          identifier={textIn(identifier, 254)}
          country={country}
          hasProblem
        />,
      );
    }
    const { id, token } = opened;
    browser.keepRecovery(reply, {
      id,
      token,
      ...(app ? { app: { name: app.client.name, origin: originOf(app.redirectUri) } } : {}),
    });
    return show.to('/recover/code');
  }

  @Get('code')
  async code(@Query('sent') sent: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const show = this.presenter(request, reply);
    const recovery = this.parts.browser.recovery(request);
    if (!recovery) return noSession(show);
    return this.showCode(show, recovery, 200, {
      note: sent === undefined ? undefined : wordsOf(show).code.sent,
    });
  }

  @Post('code')
  async prove(@Body() body: Form, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const show = this.presenter(request, reply);
    const parts = partsIn(this.parts, request);
    const { browser, context } = parts;
    const recovery = browser.recovery(request);
    if (!recovery) return noSession(show);
    const value = textIn(body.code, 100);
    // A try is too dear for a slip of the finger.
    if (!/\d/.test(value.normalize('NFKC')))
      return this.showCode(show, recovery, 422, { problem: wordsOf(show).code.empty });
    const proven = await prove(context, recovery, { kind: 'code', value }, callerOf(browser, request));
    if (!isRefused(proven)) return goOn(parts, show, reply, recovery, proven);
    if (proven.code === 'wrong_proof') {
      const problem = wordsOf(show).code.wrong(proven.data.tries_left ?? 0);
      return this.showCode(show, recovery, 422, { problem });
    }
    // Sent twice: the first one has won, so go on from where it led.
    if (proven.code === 'invalid_state') return this.showCode(show, recovery, 200, {});
    return refused(show, proven);
  }

  @Post('resend')
  async resend(@Body() body: Form, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const show = this.presenter(request, reply);
    const { browser, context } = partsIn(this.parts, request);
    const recovery = browser.recovery(request);
    if (!recovery) return noSession(show);
    const channel = body.channel === 'email' || body.channel === 'sms' ? body.channel : undefined;
    const sent = await sendCode(context, recovery, { channel, addressId: addressOf(body) });
    if (!isRefused(sent)) return show.to('/recover/code?sent');
    if (sent.code !== 'resend_too_soon') return refused(show, sent);
    return this.showCode(show, recovery, 429, {
      note: wordsOf(show).code.tooEarly(sent.data.retry_after ?? 60),
    });
  }

  /** The code page, or the page that the recovery has gone on to. */
  private async showCode(
    show: Presenter,
    recovery: BrowserRecovery,
    status: number,
    more: { problem?: string; note?: string | undefined },
  ): Promise<FastifyReply> {
    const now = await provingOr(this.parts, show, recovery);
    if ('page' in now) return now.page;
    const { view } = now;
    if (!view.methods.includes('code')) return show.to('/recover/other');
    const resendIn =
      Math.max(0, Math.ceil((Date.parse(view.resend_at ?? '') - this.parts.context.clock.now()) / 1000)) || 0;
    return show.page(
      status,
      <CodePage
        context={show.context}
        view={view}
        resendIn={resendIn}
        problem={more.problem}
        note={more.note}
      />,
      recovery.app?.origin,
    );
  }

  private presenter(request: FastifyRequest, reply: FastifyReply): Presenter {
    return new Presenter(reply, request, this.parts.browser, this.parts.productName);
  }
}

const wordsOf = (show: Presenter) => pageWordings[show.context.locale];
