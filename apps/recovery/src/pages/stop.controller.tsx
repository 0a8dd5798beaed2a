import { Body, Get, Post, Query } from '@nestjs/common';
import { LedByMessage, Public } from '@rekey/http';
import { isRefused } from '@rekey/kernel';
import { readStopSubject, stopRecovery } from '@rekey/recovery';
import { usedBy } from './csrf-guard.js';
import { type Form, markIn } from './form.js';
import { refused } from './next-page.js';
import { PageController } from './page-controller.js';
import { Show } from './page-parameters.js';
import type { Presenter } from './presenter.js';
import { StopGonePage, StopPage, StoppedPage } from './views-stop.js';

/** "This was not me". Opening the link changes nothing: mail scanners open links too. */
@PageController('stop')
@LedByMessage()
// The link is all that a person has to show.
@Public()
export class StopController {
  @Get()
  ask(@Query('token') token: unknown, @Show() show: Presenter) {
    const { browser, parts } = show;
    if (typeof token === 'string' && token.length <= 200) {
      // Out of the address at once: it must not stay in history, logs or a referrer.
      browser.setToken('stop', token);
      return show.to('/stop');
    }
    const about = readStopSubject(parts.context, browser.token('stop') ?? '');
    if (about === undefined) return show.page(404, <StopGonePage context={show.context} />);
    const signsOut = !parts.issuerIsExternal;
    const page = <StopPage context={show.context} signsOut={signsOut} about={about} />;
    return show.page(200, page);
  }

  @Post()
  async stop(@Body() body: Form, @Show() show: Presenter) {
    const { browser } = show;
    const again = usedBy(browser, 'stop', markIn(body));
    const token = again ?? browser.token('stop') ?? '';
    const stopped = await stopRecovery(show.parts.context, token);
    if (isRefused(stopped)) {
      return stopped.code === 'not_found'
        ? show.page(404, <StopGonePage context={show.context} />)
        : refused(show, stopped);
    }
    if (!again) browser.clear('stop');
    const { wasBinding, wasOverride, password, heldHours = 0 } = stopped;
    const isGone = wasBinding === 'gone' || wasOverride === 'gone';
    const isUndoneBefore = again !== undefined && isGone;
    const wasSettled = stopped.wasSettled || (isUndoneBefore && wasBinding !== undefined);
    if (!isGone) browser.remember({ used: { of: 'stop', token } });
    if (isGone && !isUndoneBefore) return show.page(404, <StopGonePage context={show.context} />);
    const page = (
      <StoppedPage
        context={show.context}
        wasSettled={wasSettled}
        signsOut={!show.parts.issuerIsExternal}
        restored={password === 'restored'}
        heldHours={heldHours}
        about={wasBinding ? 'binding' : wasOverride ? 'override' : 'recovery'}
      />
    );
    return show.page(200, page);
  }
}
