import { Body, Controller, Get, Inject, Post, Query, Req, Res, UseFilters } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { isRefused } from '@rekey/kernel';
import { type ProofKind, proofKinds, prove, showRecovery } from '@rekey/recovery';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { BrowserRecovery } from './browser-state.js';
import { type Form, textIn } from './form.js';
import { goOn, noSession, pathOf, provingOr, refused } from './go-on.js';
import { callerOf } from './known-browser.js';
import { PageFaults } from './page-faults.js';
import { PAGES, type PageParts, partsIn } from './parts.js';
import { Presenter } from './present.js';
import { OtherProofPage } from './views-proofs.js';
import { proofWordings } from './wording-proofs.js';

/** Other proofs than a code that was sent; and, for the script, whether the recovery has moved on elsewhere. */
@ApiExcludeController()
@UseFilters(PageFaults)
@Controller('recover')
export class OtherProofController {
  constructor(@Inject(PAGES) private readonly parts: PageParts) {}

  @Get('other')
  async other(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const show = this.presenter(request, reply);
    const recovery = this.parts.browser.recovery(request);
    return recovery ? this.showOther(show, recovery, 200) : noSession(show);
  }

  @Post('other')
  async prove(@Body() body: Form, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const show = this.presenter(request, reply);
    const parts = partsIn(this.parts, request);
    const { browser, context } = parts;
    const recovery = browser.recovery(request);
    if (!recovery) return noSession(show);
    const kind = proofKinds.find((one) => one === body.kind && one !== 'code');
    const value = textIn(body.value, 100);
    if (!kind) return this.showOther(show, recovery, 200);
    const { other } = proofWordings[show.context.locale];
    // A try is too dear for a slip of the finger.
    if (!/[\p{L}\p{N}]/u.test(value)) return this.showOther(show, recovery, 422, { kind, text: other.empty });
    const proven = await prove(context, recovery, { kind, value }, callerOf(browser, request));
    if (!isRefused(proven)) return goOn(parts, show, reply, recovery, proven);
    if (proven.code === 'wrong_proof') {
      return this.showOther(show, recovery, 422, { kind, text: other.wrong(proven.data.tries_left ?? 0) });
    }
    if (proven.code === 'invalid_state') return show.to('/recover/code');
    return refused(show, proven);
  }

  /** JSON for the page's script: a link that was tapped on another device moves the recovery on. */
  @Get('progress')
  async progress(@Query('of') of: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const { browser, context } = this.parts;
    const recovery = browser.recovery(request);
    const isOther = recovery && typeof of === 'string' && !browser.isAbout(request, 'recovery', of);
    if (isOther) return reply.header('content-type', 'application/json').send('{"at":"elsewhere"}');
    const view = recovery ? await showRecovery(context, recovery) : undefined;
    const state = !view || isRefused(view) ? 'none' : view.state;
    const proofs = view && !isRefused(view) && view.state === 'proving' ? view.methods.join(' ') : '';
    return reply
      .header('content-type', 'application/json')
      .send(JSON.stringify({ at: `${state} ${proofs}`.trim() }));
  }

  private async showOther(
    show: Presenter,
    recovery: BrowserRecovery,
    status: number,
    problem?: { kind: ProofKind; text: string },
  ): Promise<FastifyReply> {
    const now = await provingOr(this.parts, show, recovery);
    if ('page' in now) return now.page;
    const { methods, addresses } = now.view;
    if (methods.every((kind) => kind === 'code')) return show.to(pathOf(now.view));
    const hasProved = addresses !== undefined || methods.includes('totp') || !methods.includes('code');
    return show.page(
      status,
      <OtherProofPage context={show.context} kinds={methods} hasProved={hasProved} problem={problem} />,
      recovery.app?.origin,
    );
  }

  private presenter(request: FastifyRequest, reply: FastifyReply): Presenter {
    return new Presenter(reply, request, this.parts.browser, this.parts.productName);
  }
}
