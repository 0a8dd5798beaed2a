import { Body, Get, Post, Query } from '@nestjs/common';
import { Context, Gives, Public } from '@rekey/http';
import { isRefused } from '@rekey/kernel';
import { type JoinedAssist, openAssist, type RecoveryContext, readJoinedAssist } from '@rekey/recovery';
import type { Browser } from './browser-state.js';
import { type Form, shownIn, userCodeIn } from './form.js';
import { refused } from './next-page.js';
import { PageController } from './page-controller.js';
import { Show, ThisBrowser } from './page-parameters.js';
import type { Presenter } from './presenter.js';
import { AssistNumberPage, AssistPage } from './views-assist.js';
import { wordingOf } from './wording/index.js';

/** As long as the recovery that comes of it may go on. */
const anHour = 3_600;

/**
 * A recovery that a member of staff starts for a caller. The caller enters the code that they hear, and tells the number that this browser shows.
 * Once it is matched, this browser has a recovery, as if it had started it. No page names the account.
 */
@PageController('recover/assist')
// The code is all that a caller has to show.
@Public()
export class AssistController {
  @Get()
  async form(@Query('other') other: unknown, @Show() show: Presenter) {
    const { browser, context, parts } = show;
    const joined = other === undefined ? await joinedHere(parts.context, browser) : undefined;
    if (joined?.state === 'opened' && joined.number)
      return show.page(200, <AssistNumberPage context={context} number={joined.number} />);
    if (joined) browser.clear('assist');
    if (joined?.recovery) {
      browser.recoveries.add(joined.recovery);
      return show.to('/recover/code');
    }
    const note = joined && wordingOf(context).assist.over;
    return show.page(200, <AssistPage context={context} {...(note ? { note } : {})} />);
  }

  @Post()
  async open(@Body() body: Form, @Show() show: Presenter) {
    const { browser, context, parts } = show;
    const code = userCodeIn(body.code);
    const opened = await openAssist(parts.context, {
      code,
      // The same form once more is no second browser.
      opener: `form ${browser.digestOf('/recover/assist', shownIn(body))}`,
      locale: context.locale,
      ...browser.caller,
    });
    if (!isRefused(opened)) {
      browser.setAssist(opened, anHour);
      return show.to('/recover/assist');
    }
    const { problems } = wordingOf(context).assist;
    const problem = { not_found: problems.unknown, rate_limited: problems.limited }[opened.code as string];
    if (!problem) return refused(show, opened);
    const status = opened.code === 'rate_limited' ? 429 : 422;
    return show.page(status, <AssistPage context={context} code={code} problem={problem} />);
  }

  /** JSON for the page's script. */
  @Get('progress')
  @Gives('application/json')
  async progress(@Context() context: RecoveryContext, @ThisBrowser() browser: Browser) {
    return { at: (await joinedHere(context, browser))?.state ?? 'none' };
  }
}

/** @returns undefined when this browser has joined none, or it was pruned */
async function joinedHere(context: RecoveryContext, browser: Browser): Promise<JoinedAssist | undefined> {
  const kept = browser.assist();
  const joined = kept && (await readJoinedAssist(context, kept));
  return isRefused(joined) ? undefined : joined;
}
