import { Body, Controller, Get, Inject, Post, Query, Req, Res, UseFilters } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { isRefused, type Refusal, refuse } from '@rekey/kernel';
import {
  authenticatorsToChange,
  type BindingBy,
  beginTotp,
  confirmTotp,
  type RecoveryContext,
  renewBackupCodes,
  restore,
  signInWithin,
  type TotpToBind,
  unbind,
} from '@rekey/recovery';
import { endFamily } from '@rekey/tokens';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Form, textIn } from './form.js';
import { refused } from './go-on.js';
import { rememberBrowser } from './known-browser.js';
import { PageFaults } from './page-faults.js';
import { PAGES, type PageParts, partsIn } from './parts.js';
import { personOf } from './person.js';
import { Presenter } from './present.js';
import { AuthenticatorsPage, BackupCodesPage, BindTotpPage, SignInPage } from './views-account.js';
import { accountWordings } from './wording-account.js';

/**
 * A person's own authenticators, behind a session that lasts as long as an access token: who comes later signs in again,
 * which is what a change of authenticators asks for anyway.
 */
@ApiExcludeController()
@UseFilters(PageFaults)
@Controller('account')
export class AccountController {
  constructor(@Inject(PAGES) private readonly parts: PageParts) {}

  @Get()
  async home(@Query('done') done: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const show = this.presenter(request, reply);
    const person = await personOf(this.parts, request);
    const has = person ? await authenticatorsToChange(this.parts.context, person) : undefined;
    if (has === undefined || isRefused(has)) return show.page(200, <SignInPage context={show.context} />);
    const { home } = accountWordings[show.context.locale];
    const notes: Record<string, string> = {
      bound: home.bound,
      removed: home.removed,
      restored: home.restored,
    };
    const note = typeof done === 'string' && Object.hasOwn(notes, done) ? notes[done] : undefined;
    return show.page(200, <AuthenticatorsPage context={show.context} authenticators={has} note={note} />);
  }

  @Post('sign-in')
  async signIn(@Body() body: Form, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const show = this.presenter(request, reply);
    const { browser, clients, tokens } = partsIn(this.parts, request);
    const client = await clients.find('default');
    if (!client) return refused(show, refuse('unavailable'));
    const identifier = textIn(body.identifier, 254);
    const device = body.device === undefined ? undefined : { code: textIn(body.device, 40) };
    const value = textIn(body.second_factor, 100).trim();
    const kind = /^[\d\s]{6,9}$/.test(value) ? ('totp' as const) : ('backup_code' as const);
    const outcome = await signInWithin(
      tokens,
      client,
      {
        identifier,
        password: textIn(body.password, 1_024),
        device_tokens: browser.knownAs(request),
        ...(value ? { second_factor: { kind, value } } : {}),
      },
      request.ip,
    );
    const { signIn } = accountWordings[show.context.locale];
    if (isRefused(outcome)) {
      const problems: Record<string, [number, string]> = {
        second_factor_required: [401, signIn.needsSecond],
        rate_limited: [429, signIn.limited(Math.ceil((outcome.data.retry_after ?? 60) / 60))],
      };
      const [status, problem] = problems[outcome.code] ?? [401, signIn.wrong];
      return show.page(
        status,
        <SignInPage context={show.context} identifier={identifier} problem={problem} device={device} />,
      );
    }
    browser.keepSession(reply, outcome.access_token, outcome.expires_in);
    rememberBrowser(this.parts, reply, outcome.device_token);
    if (!device) return show.to('/account');
    return show.to(`/device${device.code ? `?user_code=${encodeURIComponent(device.code)}` : ''}`);
  }

  @Post('totp')
  async bind(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    return this.changing(request, reply, async (show, context, { account }) => {
      const begun = await beginTotp(context, account, this.parts.productName);
      return isRefused(begun) ? this.refused(show, begun) : this.showTotp(show, begun);
    });
  }

  @Post('totp/confirm')
  async confirm(@Body() body: Form, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    return this.changing(request, reply, async (show, context, who) => {
      const setup = this.parts.browser.openSetup(textIn(body.setup, 4_000));
      if (!setup) return show.to('/account');
      const refusal = await confirmTotp(context, who, { id: setup.id, value: textIn(body.value, 20) });
      if (!refusal) return show.to('/account?done=bound');
      const { bind } = accountWordings[show.context.locale];
      if (refusal.code === 'wrong_proof') return this.showTotp(show, setup, bind.wrong);
      return this.refused(show, refusal);
    });
  }

  @Post('backup-codes')
  async codes(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    return this.changing(request, reply, async (show, context, who) => {
      const made = await renewBackupCodes(context, who);
      if (isRefused(made)) return this.refused(show, made);
      return show.page(200, <BackupCodesPage context={show.context} codes={made.codes} />);
    });
  }

  @Post('remove')
  async remove(@Body() body: Form, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    return this.changing(request, reply, async (show, context, who) => {
      const refusal = await unbind(context, who, textIn(body.id, 40));
      if (refusal) return this.refused(show, refusal);
      return show.to('/account?done=removed');
    });
  }

  @Post('restore')
  async restore(@Body() body: Form, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    return this.changing(request, reply, async (show, context, who) => {
      const refusal = await restore(context, who, textIn(body.id, 40));
      return refusal ? this.refused(show, refusal) : show.to('/account?done=restored');
    });
  }

  @Post('sign-out')
  async signOut(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const show = this.presenter(request, reply);
    const { browser, context } = partsIn(this.parts, request);
    const person = await personOf(this.parts, request);
    if (person) {
      const at = new Date(context.clock.now());
      await endFamily(context.database, {
        id: person.sid,
        accountId: person.sub,
        at,
        reason: 'ended_by_person',
        actor: 'person',
      });
    }
    browser.forget(reply, 'session');
    return show.to('/account');
  }

  /** @param act of a person whose session is fresh and strong enough */
  private async changing(
    request: FastifyRequest,
    reply: FastifyReply,
    act: (show: Presenter, context: RecoveryContext, who: BindingBy) => Promise<FastifyReply> | FastifyReply,
  ): Promise<FastifyReply> {
    const show = this.presenter(request, reply);
    const person = await personOf(this.parts, request);
    const has = person ? await authenticatorsToChange(this.parts.context, person) : undefined;
    return !person || isRefused(has)
      ? show.to('/account')
      : act(show, partsIn(this.parts, request).context, {
          account: person.sub,
          session: person.sid,
          client: person.client_id,
          source: request.ip,
        });
  }

  /** What is not there any more, or whose session has ended, is best seen from the beginning. */
  private refused(show: Presenter, refusal: Refusal): FastifyReply {
    return ['not_found', 'unauthorized', 'step_up_required', 'conflict'].includes(refusal.code)
      ? show.to('/account')
      : refused(show, refusal);
  }

  private showTotp(show: Presenter, setup: TotpToBind, problem?: string): FastifyReply {
    const { uri, secret } = setup;
    const sealed = this.parts.browser.sealSetup(setup);
    return show.page(
      problem ? 422 : 200,
      <BindTotpPage context={show.context} uri={uri} secret={secret} setup={sealed} problem={problem} />,
    );
  }

  private presenter(request: FastifyRequest, reply: FastifyReply): Presenter {
    return new Presenter(reply, request, this.parts.browser, this.parts.productName);
  }
}
