import { Body, Controller, Get, Inject, Post, Query, Req, Res, UseFilters } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { isRefused, type Refusal } from '@rekey/kernel';
import { openRecovery, prove, sendCode, showRecovery } from '@rekey/recovery';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { originOf, readAuthorizationRequest } from './authorization-request.js';
import { type BrowserRecovery } from './browser-state.js';
import { finishForApp } from './hand-back.js';
import { PageFaults } from './page-faults.js';
import { PAGES, type PageParts } from './parts.js';
import { Presenter } from './present.js';
import { CodePage, FormPage, HandBackPage, NoticePage } from './views.js';
import { type NoticeKind, pageWordings } from './wording.js';

type Form = Record<string, unknown>;
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The pages of a recovery: who you are, your code. */
@ApiExcludeController()
@UseFilters(PageFaults)
@Controller('recover')
export class RecoverController {
  constructor(@Inject(PAGES) private readonly parts: PageParts) {}

  @Get()
  async form(@Query() query: Form, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const show = this.presenter(request, reply);
    const read = await readAuthorizationRequest(this.parts.clients, this.parts.context.issuerUrl, query);
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
    const { browser, clients, context } = this.parts;
    if (!browser.isOurs(request, body?.csrf)) return forbidden(show);
    const read = await readAuthorizationRequest(clients, context.issuerUrl, body);
    if ('bad' in read) return show.page(400, <NoticePage context={show.context} kind="bad_request" />);
    if ('tell' in read) return show.to(read.tell);
    const app = 'app' in read ? read.app : undefined;
    const identifier = text(body.identifier);
    const country = text(body.country);
    const opened = await openRecovery(context, {
      identifier,
      country: country || undefined,
      locale: show.context.locale,
      source: request.ip,
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
          identifier={identifier.slice(0, 254)}
          country={country}
          hasProblem
        />,
      );
    }
    const { id, token } = opened;
    browser.keepRecovery(reply, {
      id,
      token,
      app: app && { name: app.client.name, origin: originOf(app.redirectUri) },
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
    const { browser, context } = this.parts;
    if (!browser.isOurs(request, body?.csrf)) return forbidden(show);
    const recovery = browser.recovery(request);
    if (!recovery) return noSession(show);
    const value = text(body.code).slice(0, 100);
    // A try is too dear for a slip of the finger.
    if (!/\d/.test(value.normalize('NFKC')))
      return this.showCode(show, recovery, 422, { problem: wordsOf(show).code.empty });
    const proven = await prove(context, recovery, { kind: 'code', value });
    if (!isRefused(proven)) {
      return recovery.app ? finishForApp(this.parts, show, reply, recovery) : show.to('/recover/password');
    }
    if (proven.code === 'wrong_proof') {
      const problem = wordsOf(show).code.wrong(proven.data.tries_left ?? 0);
      return this.showCode(show, recovery, 422, { problem });
    }
    // Sent twice: the first one has won, so go on from where it led.
    if (proven.code === 'not_possible') return this.showCode(show, recovery, 200, {});
    return refused(show, proven);
  }

  @Post('resend')
  async resend(@Body() body: Form, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const show = this.presenter(request, reply);
    const { browser, context } = this.parts;
    if (!browser.isOurs(request, body?.csrf)) return forbidden(show);
    const recovery = browser.recovery(request);
    if (!recovery) return noSession(show);
    const channel = body.channel === 'email' || body.channel === 'sms' ? body.channel : undefined;
    const sent = await sendCode(context, recovery, { channel });
    if (!isRefused(sent)) return show.to('/recover/code?sent');
    if (sent.code !== 'too_early') return refused(show, sent);
    return this.showCode(show, recovery, 429, {
      note: wordsOf(show).code.tooEarly(sent.data.retry_after ?? 60),
    });
  }

  /** The code page, or the page that the recovery has gone on to. */
  private async showCode(
    show: Presenter,
    recovery: BrowserRecovery,
    status: number,
    more: { problem?: string; note?: string },
  ): Promise<FastifyReply> {
    const { context } = this.parts;
    const view = await showRecovery(context, recovery);
    if (isRefused(view)) return refused(show, view);
    if (view.state === 'proven') {
      if (!recovery.app) return show.to('/recover/password');
      return show.page(
        200,
        <HandBackPage context={show.context} app={recovery.app.name} />,
        recovery.app.origin,
      );
    }
    if (view.state !== 'proving') return show.page(410, <NoticePage context={show.context} kind="over" />);
    const resendIn =
      Math.max(0, Math.ceil((Date.parse(view.resend_at ?? '') - context.clock.now()) / 1000)) || 0;
    return show.page(
      status,
      <CodePage context={show.context} resendIn={resendIn} problem={more.problem} note={more.note} />,
      recovery.app?.origin,
    );
  }

  private presenter(request: FastifyRequest, reply: FastifyReply): Presenter {
    return new Presenter(reply, request, this.parts.browser, this.parts.serviceName);
  }
}

const wordsOf = (show: Presenter) => pageWordings[show.context.locale];

export const forbidden = (show: Presenter) =>
  show.page(403, <NoticePage context={show.context} kind="forbidden" />);
export const noSession = (show: Presenter) =>
  show.page(404, <NoticePage context={show.context} kind="no_session" />);

/** A refusal as a page that says how to go on. */
export function refused(show: Presenter, refusal: Refusal): FastifyReply {
  const kinds: Partial<Record<Refusal['code'], [status: number, kind: NoticeKind]>> = {
    rate_limited: [429, 'limited'],
    no_tries_left: [429, 'no_tries'],
    unavailable: [503, 'unavailable'],
    not_found: [404, 'no_session'],
  };
  const [status, kind] = kinds[refusal.code] ?? [410, 'over'];
  const retryAfter = kind === 'limited' ? refusal.data.retry_after : undefined;
  return show.page(status, <NoticePage context={show.context} kind={kind} retryAfterSeconds={retryAfter} />);
}
