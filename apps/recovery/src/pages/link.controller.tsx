import { Body, Get, Post, Query } from '@nestjs/common';
import { LedByMessage, Public } from '@rekey/http';
import { isRefused } from '@rekey/kernel';
import { proveByLink, readLink } from '@rekey/recovery';
import { type Form, hasDigit, typedIn } from './form.js';
import { refused, showNextPage } from './next-page.js';
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
    const token = browser.token('link') ?? '';
    const began = browser.recovery();
    const link = readLink(parts.context, token, began);
    if (!link) return gone(show);
    const number = typedIn(body.number);
    if (!link.beganHere && !hasDigit(number))
      return show.page(200, <LinkPage context={show.context} asksForNumber />);
    const proven = await proveByLink(parts.context, token, { began, number, caller: browser.caller });
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
    if (link.beganHere && began) return showNextPage(show, began, proven);
    return show.page(200, <LinkEndPage context={show.context} kind="done" />);
  }
}

const gone = (show: Presenter) => show.page(404, <LinkEndPage context={show.context} kind="gone" />);
