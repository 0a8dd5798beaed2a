import { Body, Get, Post, Query } from '@nestjs/common';
import { LedByMessage, Public } from '@rekey/http';
import { isRefused } from '@rekey/kernel';
import { attemptOnce, proveByLink, readLink } from '@rekey/recovery';
import type { BrowserRecovery } from './browser-recoveries.js';
import { usedBy } from './csrf-guard.js';
import { endedRecovery } from './ended-recovery.js';
import { type Form, hasDigit, markIn, shownIn, typedIn } from './form.js';
import { goOnAgain, refused, showNextPage } from './next-page.js';
import { PageController } from './page-controller.js';
import { Show } from './page-parameters.js';
import type { Presenter } from './presenter.js';
import { LinkEndPage, LinkPage } from './views-proofs.js';
import { wordingOf } from './wording/index.js';

/**
 * The link beside a code in a mail. GET and HEAD change nothing. The tap is a form of ours; in a browser that did not begin
 * the recovery it leads to the question for the number, so that neither a scanner nor a stranger's click proves anything.
 */
@PageController('recover/link')
@LedByMessage()
// The link is all that a person has to show.
@Public()
export class LinkController {
  @Get()
  ask(@Query('token') token: unknown, @Show() show: Presenter) {
    const { browser, parts } = show;
    if (typeof token === 'string' && token.length <= 200) {
      // Out of the address at once: it must not stay in history, logs or a referrer.
      browser.setToken('link', token);
      return show.to('/recover/link');
    }
    const kept = browser.token('link');
    if (kept === undefined || !readLink(parts.context, kept, undefined)) return gone(show);
    return show.page(200, <LinkPage context={show.context} />);
  }

  @Post()
  async tap(@Body() body: Form, @Show() show: Presenter) {
    const { browser, parts } = show;
    const used = usedBy(browser, 'link', markIn(body));
    const token = used ?? browser.token('link') ?? '';
    const { ended } = browser.lately();
    const own = [...browser.recoveries.all, ...(ended ? [endedRecovery(parts, ended)] : [])];
    const began = own.find((one) => readLink(parts.context, token, one)?.beganHere);
    const link = readLink(parts.context, token, began);
    const ofOurs = link?.beganHere ? began : undefined;
    if (ofOurs) browser.turnTo(ofOurs);
    // Opened once more, it is a tap of its own.
    if (used && browser.token('link') === undefined) return done(show, ofOurs);
    if (!link) return gone(show);
    const number = typedIn(body.number);
    if (!link.beganHere && !hasDigit(number))
      return show.page(200, <LinkPage context={show.context} asksForNumber />);
    const form = browser.digestOf('link', token, number, shownIn(body));
    const proven = await attemptOnce(parts.context, { id: link.recoveryId, form }, (once) =>
      proveByLink(parts.context, token, { began, number, caller: browser.caller, once }),
    );
    if (proven === 'repeated') return done(show, ofOurs);
    if (isRefused(proven)) {
      if (proven.code === 'wrong_proof') {
        const problem = wordingOf(show.context).proofs.link.wrong(proven.data.tries_left ?? 0);
        return show.page(422, <LinkPage context={show.context} asksForNumber problem={problem} />);
      }
      if (proven.code === 'invalid_state')
        return show.page(410, <LinkEndPage context={show.context} kind="gone" />);
      return proven.code === 'not_found' ? gone(show) : refused(show, proven);
    }
    browser.clear('link');
    browser.remember({ used: { of: 'link', token } });
    if (ofOurs) return showNextPage(show, ofOurs, proven);
    return done(show, undefined);
  }
}

/** @param began the recovery of this browser, if the link was of that one */
const done = (show: Presenter, began: BrowserRecovery | undefined) =>
  began ? goOnAgain(show, began) : show.page(200, <LinkEndPage context={show.context} kind="done" />);

const gone = (show: Presenter) => show.page(404, <LinkEndPage context={show.context} kind="gone" />);
