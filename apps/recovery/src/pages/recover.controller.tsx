import { Body, Get, Post, Query, UseGuards } from '@nestjs/common';
import { Public } from '@rekey/http';
import { isRefused, isUuid } from '@rekey/kernel';
import { lifetimes, sendCode, startRecovery } from '@rekey/recovery';
import { loginHintIn, originOf, readAuthorizationRequest } from './authorization-request.js';
import type { BrowserRecovery } from './browser-recoveries.js';
import { firstPage } from './first-page.js';
import { type Form, hasDigit, shownIn, textIn, typedIn } from './form.js';
import { goOnAgain, provingOr, refused, showNextPage } from './next-page.js';
import { PageController } from './page-controller.js';
import { Show } from './page-parameters.js';
import type { Page, Presenter } from './presenter.js';
import { proveOnce } from './prove-once.js';
import { BrowserRecoveryGuard, CurrentRecovery } from './recovery-guard.js';
import { CodePage } from './views.js';
import { wordingOf } from './wording/index.js';

const addressOf = ({ address_id: id }: Form): string | undefined =>
  isUuid(textIn(id)) ? textIn(id) : undefined;

/** The pages of a recovery: who you are, your code. */
@PageController('recover')
export class RecoverController {
  @Get()
  @Public()
  async form(@Query() query: Form, @Show() show: Presenter) {
    const app = await readAuthorizationRequest(show, query);
    return firstPage(show, app, 200, { identifier: loginHintIn(query), country: textIn(query.country, 2) });
  }

  @Post()
  @Public()
  async begin(@Body() body: Form, @Show() show: Presenter) {
    const app = await readAuthorizationRequest(show, body);
    const identifier = textIn(body.identifier);
    const country = textIn(body.country);
    const { browser } = show;
    const { locale } = show.context;
    const form = browser.digestOf(
      '/recover',
      identifier,
      country,
      locale,
      JSON.stringify(app?.carried ?? {}),
    );
    if (hasJustStarted(show, form)) return show.to('/recover/code');
    // One form starts one recovery, also when it is sent twice at once; once that one is there or has ended, it may start another.
    const since = browser.recovery()?.id ?? browser.lately().ended?.id ?? '';
    const opened = await startRecovery(show.parts.context, {
      identifier,
      country: country || undefined,
      locale,
      ...browser.caller,
      clientId: app?.client.client_id,
      redirect: app && { redirectUri: app.redirectUri, state: app.state, codeChallenge: app.codeChallenge },
      idempotencyKey: browser.digestOf(form, since, shownIn(body)),
    });
    if (isRefused(opened)) {
      const asksForCountry = opened.code === 'country_required';
      if (!asksForCountry && opened.code !== 'invalid_request') return refused(show, opened);
      return firstPage(show, app, asksForCountry ? 422 : 400, {
        identifier: typedIn(identifier),
        country: asksForCountry ? browser.suggestedCountry() : country,
        problemIn: asksForCountry ? 'country' : 'identifier',
      });
    }
    const { id, token } = opened;
    browser.remember({ started: { id, form, at: show.parts.context.clock.now() }, ended: undefined });
    browser.recoveries.add({
      id,
      token,
      ...(app ? { app: { name: app.client.name, origin: originOf(app.redirectUri) } } : {}),
    });
    return show.to('/recover/code');
  }

  @Get('code')
  @UseGuards(BrowserRecoveryGuard)
  async code(
    @Query('sent') sent: unknown,
    @CurrentRecovery() recovery: BrowserRecovery,
    @Show() show: Presenter,
  ) {
    const note = sent === undefined ? undefined : wordsOf(show).code.sent;
    return showCode(show, recovery, 200, { note });
  }

  @Post('code')
  @UseGuards(BrowserRecoveryGuard)
  async prove(@Body() body: Form, @CurrentRecovery() recovery: BrowserRecovery, @Show() show: Presenter) {
    const value = typedIn(body.code);
    // A try is too dear for a slip of the finger.
    if (!hasDigit(value)) return showCode(show, recovery, 422, { problem: wordsOf(show).code.empty });
    const proven = await proveOnce(show, recovery, { kind: 'code', value });
    if (proven === 'repeated') return goOnAgain(show, recovery);
    if (!isRefused(proven)) return showNextPage(show, recovery, proven);
    if (proven.code === 'wrong_proof') {
      const problem = wordsOf(show).code.wrong(proven.data.tries_left ?? 0);
      return showCode(show, recovery, 422, { problem });
    }
    // Sent twice: the first one has won, so go on from where it led.
    if (proven.code === 'invalid_state') return showCode(show, recovery, 200, {});
    return refused(show, proven, recovery);
  }

  @Post('resend')
  @UseGuards(BrowserRecoveryGuard)
  async resend(@Body() body: Form, @CurrentRecovery() recovery: BrowserRecovery, @Show() show: Presenter) {
    const channel = body.channel === 'email' || body.channel === 'sms' ? body.channel : undefined;
    const addressId = addressOf(body);
    const idempotencyKey = show.browser.digestOf(shownIn(body), channel ?? '', addressId ?? '');
    show.browser.movedOn(recovery);
    const sent = await sendCode(show.parts.context, recovery, { channel, addressId, idempotencyKey });
    if (!isRefused(sent)) return show.to('/recover/code?sent');
    if (sent.code !== 'resend_too_soon') return refused(show, sent, recovery);
    const note = wordsOf(show).code.tooEarly(sent.data.retry_after ?? 60);
    return showCode(show, recovery, 429, { note });
  }
}

/** The same form has started the recovery of this browser within the minute, and nothing has happened to it since. */
function hasJustStarted({ browser, parts }: Presenter, form: string): boolean {
  const { started } = browser.lately();
  const isSame = started?.form === form && started.id === browser.recovery()?.id;
  return isSame && parts.context.clock.now() - (started?.at ?? 0) < lifetimes.resend;
}

const wordsOf = (show: Presenter) => wordingOf(show.context).page;

/** The code page, or the page that the recovery has gone on to. */
async function showCode(
  show: Presenter,
  recovery: BrowserRecovery,
  status: number,
  { problem, note }: { problem?: string; note?: string | undefined },
): Promise<Page> {
  const now = await provingOr(show, recovery);
  if ('page' in now) return now.page;
  const { view } = now;
  if (!view.methods.includes('code')) return show.to('/recover/other');
  const resendIn =
    Math.max(0, Math.ceil((Date.parse(view.resend_at ?? '') - show.parts.context.clock.now()) / 1000)) || 0;
  return show.page(
    status,
    <CodePage
      context={show.context}
      view={view}
      resendIn={resendIn}
      app={recovery.app?.name}
      problem={problem}
      note={note}
    />,
    recovery.app?.origin,
  );
}
