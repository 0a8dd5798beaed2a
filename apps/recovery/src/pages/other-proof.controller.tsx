import { Body, Get, Post, Query, UseGuards } from '@nestjs/common';
import { Context, Gives, Public } from '@rekey/http';
import { isRefused, withoutInvisible } from '@rekey/kernel';
import { type BoundKind, boundKinds, classOf, isBoundKind } from '@rekey/proofs';
import { type RecoveryContext, showRecovery } from '@rekey/recovery';
import type { BrowserRecovery } from './browser-recoveries.js';
import type { Browser } from './browser-state.js';
import { type Form, typedIn } from './form.js';
import { goOnAgain, pathOf, provingOr, refused, showNextPage } from './next-page.js';
import { PageController } from './page-controller.js';
import { Show, ThisBrowser } from './page-parameters.js';
import type { Page, Presenter } from './presenter.js';
import { proveOnce } from './prove-once.js';
import { BrowserRecoveryGuard, CurrentRecovery } from './recovery-guard.js';
import { OtherProofPage } from './views-proofs.js';
import { wordingOf } from './wording/index.js';

/** Other proofs than a code that was sent; and, for the script, whether the recovery has moved on elsewhere. */
@PageController('recover')
export class OtherProofController {
  @Get('other')
  @UseGuards(BrowserRecoveryGuard)
  async other(@CurrentRecovery() recovery: BrowserRecovery, @Show() show: Presenter) {
    return showOther(show, recovery, 200);
  }

  @Post('other')
  @UseGuards(BrowserRecoveryGuard)
  async prove(@Body() body: Form, @CurrentRecovery() recovery: BrowserRecovery, @Show() show: Presenter) {
    const kind = boundKinds.find((one) => one === body.kind);
    const value = typedIn(body.value);
    if (!kind) return showOther(show, recovery, 200);
    const { other } = wordingOf(show.context).proofs;
    // A try is too dear for a slip of the finger.
    if (!/[\p{L}\p{N}]/u.test(withoutInvisible(value)))
      return showOther(show, recovery, 422, { kind, text: other.empty });
    const proven = await proveOnce(show, recovery, { kind, value });
    if (proven === 'repeated') return goOnAgain(show, recovery);
    if (!isRefused(proven)) return showNextPage(show, recovery, proven);
    if (proven.code === 'wrong_proof') {
      const text = other.wrong(proven.data.tries_left ?? 0);
      return showOther(show, recovery, 422, { kind, text });
    }
    if (proven.code === 'invalid_state') return show.to('/recover/code');
    return refused(show, proven, recovery);
  }

  /** JSON for the page's script: a link that was tapped on another device moves the recovery on. */
  @Get('progress')
  @Public()
  @Gives('application/json')
  async progress(
    @Query('of') of: unknown,
    @Context() context: RecoveryContext,
    @ThisBrowser() browser: Browser,
  ) {
    const recovery = browser.recovery();
    const isOther = !recovery && typeof of === 'string' && browser.recoveries.last !== undefined;
    if (isOther) return { at: 'elsewhere' };
    const view = recovery ? await showRecovery(context, recovery) : undefined;
    const state = !view || isRefused(view) ? 'none' : view.state;
    const proofs = view && !isRefused(view) && view.state === 'proving' ? view.methods.join(' ') : '';
    return { at: `${state} ${proofs}`.trim() };
  }
}

async function showOther(
  show: Presenter,
  recovery: BrowserRecovery,
  status: number,
  problem?: { kind: BoundKind; text: string },
): Promise<Page> {
  const now = await provingOr(show, recovery);
  if ('page' in now) return now.page;
  const { methods, addresses } = now.view;
  const typed = methods.filter(isBoundKind);
  if (typed.length === 0) return show.to(pathOf(now.view));
  // An authenticator is offered only after a first proof, and before it a code can always be sent.
  const asksForCode = typed.length < methods.length;
  const hasProved =
    addresses !== undefined || !asksForCode || typed.some((kind) => classOf[kind] === 'authenticator');
  return show.page(
    status,
    <OtherProofPage
      context={show.context}
      kinds={typed}
      asksForCode={asksForCode}
      hasProved={hasProved}
      app={recovery.app?.name}
      problem={problem}
    />,
    recovery.app?.origin,
  );
}
