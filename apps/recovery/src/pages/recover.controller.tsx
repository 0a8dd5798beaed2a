import { Body, Get, Post, Query, UseGuards } from '@nestjs/common';
import { Public } from '@rekey/http';
import { isRefused, isUuid } from '@rekey/kernel';
import { prove, sendCode, startRecovery } from '@rekey/recovery';
import { originOf, readAuthorizationRequest } from './authorization-request.js';
import type { BrowserRecovery } from './browser-state.js';
import { type Form, hasDigit, textIn, typedIn } from './form.js';
import { provingOr, refused, showNextPage } from './next-page.js';
import { PageController } from './page-controller.js';
import { Show } from './page-parameters.js';
import type { Page, Presenter } from './presenter.js';
import { BrowserRecoveryGuard, CurrentRecovery } from './recovery-guard.js';
import { CodePage, FormPage } from './views.js';
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
    return show.page(
      200,
      <FormPage context={show.context} app={app?.client.name} carried={app?.carried ?? {}} />,
    );
  }

  @Post()
  @Public()
  async begin(@Body() body: Form, @Show() show: Presenter) {
    const app = await readAuthorizationRequest(show, body);
    const identifier = textIn(body.identifier);
    const country = textIn(body.country);
    const opened = await startRecovery(show.parts.context, {
      identifier,
      country: country || undefined,
      locale: show.context.locale,
      ...show.browser.caller,
      clientId: app?.client.client_id,
      redirect: app && { redirectUri: app.redirectUri, state: app.state, codeChallenge: app.codeChallenge },
    });
    if (isRefused(opened)) {
      const asksForCountry = opened.code === 'country_required';
      if (!asksForCountry && opened.code !== 'invalid_request') return refused(show, opened);
      return show.page(
        asksForCountry ? 422 : 400,
        <FormPage
          context={show.context}
          app={app?.client.name}
          carried={app?.carried ?? {}}
          identifier={typedIn(identifier)}
          country={asksForCountry ? show.browser.suggestedCountry() : country}
          problemIn={asksForCountry ? 'country' : 'identifier'}
        />,
      );
    }
    const { id, token } = opened;
    show.browser.setRecovery({
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
    const proven = await prove(show.parts.context, recovery, { kind: 'code', value }, show.browser.caller);
    if (!isRefused(proven)) return showNextPage(show, recovery, proven);
    if (proven.code === 'wrong_proof') {
      const problem = wordsOf(show).code.wrong(proven.data.tries_left ?? 0);
      return showCode(show, recovery, 422, { problem });
    }
    // Sent twice: the first one has won, so go on from where it led.
    if (proven.code === 'invalid_state') return showCode(show, recovery, 200, {});
    return refused(show, proven);
  }

  @Post('resend')
  @UseGuards(BrowserRecoveryGuard)
  async resend(@Body() body: Form, @CurrentRecovery() recovery: BrowserRecovery, @Show() show: Presenter) {
    const channel = body.channel === 'email' || body.channel === 'sms' ? body.channel : undefined;
    const sent = await sendCode(show.parts.context, recovery, { channel, addressId: addressOf(body) });
    if (!isRefused(sent)) return show.to('/recover/code?sent');
    if (sent.code !== 'resend_too_soon') return refused(show, sent);
    const note = wordsOf(show).code.tooEarly(sent.data.retry_after ?? 60);
    return showCode(show, recovery, 429, { note });
  }
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
    <CodePage context={show.context} view={view} resendIn={resendIn} problem={problem} note={note} />,
    recovery.app?.origin,
  );
}
