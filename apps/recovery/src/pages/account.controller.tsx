import {
  Body,
  createParamDecorator,
  type ExecutionContext,
  Get,
  Post,
  Query,
  UseGuards,
} from '@nestjs/common';
import { matchedRoute, Public, requestOf } from '@rekey/http';
import { isRefused, type Refusal, refuse, withoutInvisible } from '@rekey/kernel';
import { type CodeSetKind, codeSetAt, codeSetProofOf, kindOfValue, totp } from '@rekey/proofs';
import {
  authenticatorsToChange,
  type BindingBy,
  confirmTotp,
  renewCodes,
  restore,
  signInWithin,
  startTotpBinding,
  type TotpToBind,
  unbind,
} from '@rekey/sign-in';
import { endSession } from '@rekey/tokens';
import { currentSession } from './current-session.js';
import { type Form, shownIn, textIn, typedIn, userCodeIn } from './form.js';
import { rememberBrowser } from './known-browser.js';
import { refused } from './next-page.js';
import { PageController } from './page-controller.js';
import { Show } from './page-parameters.js';
import { CurrentPerson, FreshPersonGuard } from './person-guard.js';
import type { Page, Presenter } from './presenter.js';
import { AuthenticatorsPage, BindTotpPage, CodeSetPage, SignInPage } from './views-account.js';
import { wordingOf } from './wording/index.js';

/** The kind of codes that the path names. */
const CodeSet = createParamDecorator(
  (_data: unknown, context: ExecutionContext): CodeSetKind => codeSetAt(matchedRoute(requestOf(context))),
);

/**
 * A person's own authenticators, behind a session that lasts as long as an access token: who comes later signs in again,
 * which is what a change of authenticators asks for anyway.
 */
@PageController('account')
export class AccountController {
  @Get()
  @Public()
  async home(@Query('done') done: unknown, @Show() show: Presenter) {
    const person = await currentSession(show);
    const has = person ? await authenticatorsToChange(show.parts.context, person) : undefined;
    if (has === undefined || isRefused(has)) return show.page(200, <SignInPage context={show.context} />);
    const { home } = wordingOf(show.context).account;
    const notes: Record<string, string> = {
      bound: home.bound,
      removed: home.removed,
      restored: home.restored,
    };
    const note = typeof done === 'string' && Object.hasOwn(notes, done) ? notes[done] : undefined;
    return show.page(200, <AuthenticatorsPage context={show.context} authenticators={has} note={note} />);
  }

  @Post('sign-in')
  @Public()
  async signIn(@Body() body: Form, @Show() show: Presenter) {
    const { browser, parts } = show;
    const client = await parts.clients.find('default');
    if (!client) return refused(show, refuse('unavailable'));
    const identifier = typedIn(body.identifier);
    const country = textIn(body.country, 2);
    const device = body.device === undefined ? undefined : { code: userCodeIn(body.device) };
    const to = device
      ? `/device${device.code ? `?user_code=${encodeURIComponent(device.code)}` : ''}`
      : '/account';
    const form = shownIn(body) && browser.digestOf('sign-in', shownIn(body), identifier, country);
    const isAgain = form !== '' && browser.lately().signedIn?.form === form;
    if (isAgain && (await currentSession(show))) return show.to(to);
    const value = withoutInvisible(typedIn(body.second_factor)).trim();
    const outcome = await signInWithin(
      parts.tokens,
      client,
      {
        identifier,
        country: country || undefined,
        password: textIn(body.password, 1_024),
        device_tokens: browser.knownAs(),
        ...(value ? { second_factor: { kind: kindOfValue(value), value } } : {}),
      },
      browser.request.ip,
    );
    const { account, page } = wordingOf(show.context);
    const { signIn } = account;
    if (isRefused(outcome)) {
      const asksForCountry = outcome.code === 'country_required';
      const problems: Record<string, [number, string]> = {
        country_required: [422, page.form.countryProblem],
        second_factor_required: [401, signIn.needsSecond],
        rate_limited: [429, signIn.limited(Math.ceil((outcome.data.retry_after ?? 60) / 60))],
      };
      const [status, problem] = problems[outcome.code] ?? [401, signIn.wrong];
      return show.page(
        status,
        <SignInPage
          context={show.context}
          identifier={identifier}
          country={asksForCountry ? browser.suggestedCountry() : country}
          asksForCountry={asksForCountry}
          problem={problem}
          device={device}
        />,
      );
    }
    browser.setSession(outcome.access_token, outcome.expires_in);
    rememberBrowser(show, outcome.device_token);
    browser.remember({ signedIn: form === '' ? undefined : { form } });
    return show.to(to);
  }

  @Post(totp.setUp.page)
  @UseGuards(FreshPersonGuard)
  async bind(@Body() body: Form, @CurrentPerson() who: BindingBy, @Show() show: Presenter) {
    const { parts } = show;
    const by = { ...who, showing: showingOf(show, body) };
    const begun = await startTotpBinding(parts.context, by, parts.productName);
    return isRefused(begun) ? fromTheBeginning(show, begun) : showTotp(show, begun);
  }

  @Post(`${totp.setUp.page}/confirm`)
  @UseGuards(FreshPersonGuard)
  async confirm(@Body() body: Form, @CurrentPerson() who: BindingBy, @Show() show: Presenter) {
    const setup = show.browser.openSetup(textIn(body.setup, 4_000));
    if (!setup) return show.to('/account');
    const refusal = await confirmTotp(show.parts.context, who, {
      id: setup.id,
      value: typedIn(body.value),
    });
    if (!refusal) return show.to('/account?done=bound');
    const { bind } = wordingOf(show.context).account;
    if (refusal.code === 'wrong_proof') return showTotp(show, setup, bind.wrong);
    return fromTheBeginning(show, refusal);
  }

  @Post(Object.values(codeSetProofOf).map(({ setUp }) => setUp.page))
  @UseGuards(FreshPersonGuard)
  async codes(
    @Body() body: Form,
    @CurrentPerson() who: BindingBy,
    @CodeSet() kind: CodeSetKind,
    @Show() show: Presenter,
  ) {
    const made = await renewCodes(show.parts.context, who, kind, showingOf(show, body));
    if (isRefused(made)) return fromTheBeginning(show, made);
    return show.page(200, <CodeSetPage context={show.context} kind={kind} codes={made.codes} />);
  }

  @Post('remove')
  @UseGuards(FreshPersonGuard)
  async remove(@Body() body: Form, @CurrentPerson() who: BindingBy, @Show() show: Presenter) {
    const refusal = await unbind(show.parts.context, who, textIn(body.id, 40));
    return refusal ? fromTheBeginning(show, refusal) : show.to('/account?done=removed');
  }

  @Post('restore')
  @UseGuards(FreshPersonGuard)
  async restore(@Body() body: Form, @CurrentPerson() who: BindingBy, @Show() show: Presenter) {
    const refusal = await restore(show.parts.context, who, textIn(body.id, 40));
    return refusal ? fromTheBeginning(show, refusal) : show.to('/account?done=restored');
  }

  @Post('sign-out')
  @Public()
  async signOut(@Show() show: Presenter) {
    const { database, clock } = show.parts.context;
    const person = await currentSession(show);
    if (person) {
      await endSession(database, {
        id: person.sid,
        accountId: person.sub,
        at: new Date(clock.now()),
        reason: 'ended_by_person',
        actor: 'person',
      });
    }
    show.browser.clear('session');
    return show.to('/account');
  }
}

/** The showing of a form in this browser; undefined for a form that an earlier release has shown. */
const showingOf = ({ browser }: Presenter, body: Form): string | undefined =>
  shownIn(body) ? browser.digestOf('showing', shownIn(body)) : undefined;

/** What is not there any more, or whose session has ended, is best seen from the beginning. */
function fromTheBeginning(show: Presenter, refusal: Refusal): Page {
  return ['not_found', 'unauthorized', 'step_up_required', 'conflict'].includes(refusal.code)
    ? show.to('/account')
    : refused(show, refusal);
}

function showTotp(show: Presenter, setup: TotpToBind, problem?: string): Page {
  const { uri, secret } = setup;
  const sealed = show.browser.sealSetup(setup);
  return show.page(
    problem ? 422 : 200,
    <BindTotpPage context={show.context} uri={uri} secret={secret} setup={sealed} problem={problem} />,
  );
}
