import { Get, Inject, Post, Query } from '@nestjs/common';
import { Context, LedByMessage, Public } from '@rekey/http';
import { isRefused } from '@rekey/kernel';
import { aboutWhat, type RecoveryContext, stopRecovery } from '@rekey/recovery';
import { refused } from './go-on.js';
import { PageController } from './page-controller.js';
import { Show } from './page-parameters.js';
import { PAGES, type PageParts } from './parts.js';
import type { Presenter } from './present.js';
import { StopGonePage, StopPage, StoppedPage } from './views-stop.js';

/** "This was not me". Opening the link changes nothing: mail scanners open links too. */
@PageController('stop')
@LedByMessage()
// The link is all that a person has to show.
@Public()
export class StopController {
  constructor(@Inject(PAGES) private readonly parts: PageParts) {}

  @Get()
  ask(@Query('token') token: unknown, @Context() context: RecoveryContext, @Show() show: Presenter) {
    const { browser } = show;
    if (typeof token === 'string' && token.length <= 200) {
      // Out of the address at once: it must not stay in history, logs or a referrer.
      browser.keepToken('stop', token);
      return show.to('/stop');
    }
    const about = aboutWhat(context, browser.token('stop') ?? '');
    if (about === undefined) return show.page(404, <StopGonePage context={show.context} />);
    const signsOut = !this.parts.issuerIsExternal;
    const page = <StopPage context={show.context} signsOut={signsOut} binding={about === 'binding'} />;
    return show.page(200, page);
  }

  @Post()
  async stop(@Context() context: RecoveryContext, @Show() show: Presenter) {
    const stopped = await stopRecovery(context, show.browser.token('stop') ?? '');
    if (isRefused(stopped)) {
      return stopped.code === 'not_found'
        ? show.page(404, <StopGonePage context={show.context} />)
        : refused(show, stopped);
    }
    show.browser.forget('stop');
    const { wasSettled, wasBinding, password, heldHours = 0 } = stopped;
    if (wasBinding === 'gone') return show.page(404, <StopGonePage context={show.context} />);
    const page = (
      <StoppedPage
        context={show.context}
        wasSettled={wasSettled}
        signsOut={!this.parts.issuerIsExternal}
        restored={password === 'restored'}
        heldHours={heldHours}
        binding={wasBinding !== undefined}
      />
    );
    return show.page(200, page);
  }
}
