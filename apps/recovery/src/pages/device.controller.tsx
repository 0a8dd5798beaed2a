import { Body, Get, Post, Query, UseGuards } from '@nestjs/common';
import { Public } from '@rekey/http';
import { isRefused, type Refusal } from '@rekey/kernel';
import { answerDevice, type Changing, lookAtDevice } from '@rekey/sign-in';
import { currentSession } from './current-session.js';
import { type Form, userCodeIn } from './form.js';
import { refused } from './next-page.js';
import { PageController } from './page-controller.js';
import { Show } from './page-parameters.js';
import { CurrentPerson, DevicePersonGuard } from './person-guard.js';
import type { Page, Presenter } from './presenter.js';
import { SignInPage } from './views-account.js';
import { DeviceConsentPage, DeviceDonePage, DevicePage } from './views-device.js';
import { wordingOf } from './wording/index.js';

/** Where a person lets a device in that shows them a code (RFC 8628 §3.3): signed in first, then the code, then a yes or no. */
@PageController('device')
export class DeviceController {
  @Get()
  @Public()
  async form(@Query('user_code') given: unknown, @Show() show: Presenter) {
    const { context } = show;
    const code = userCodeIn(given);
    if (!(await currentSession(show)))
      return show.page(200, <SignInPage context={context} device={{ code }} />);
    return show.page(200, <DevicePage context={context} code={code} />);
  }

  @Post()
  @UseGuards(DevicePersonGuard)
  async look(@Body() body: Form, @CurrentPerson() who: Changing, @Show() show: Presenter) {
    const code = userCodeIn(body.user_code);
    const device = await lookAtDevice(show.parts.context, who, code);
    if (isRefused(device)) return again(show, device, code);
    const client = await show.parts.clients.find(device.client_id);
    const name = client?.name ?? device.client_id;
    return show.page(200, <DeviceConsentPage context={show.context} code={code} name={name} />);
  }

  @Post('answer')
  @UseGuards(DevicePersonGuard)
  async answer(@Body() body: Form, @CurrentPerson() who: Changing, @Show() show: Presenter) {
    const userCode = userCodeIn(body.user_code);
    const allow = body.decision === 'allow';
    const refusal = await answerDevice(show.parts.context, who, { userCode, allow });
    if (refusal) return again(show, refusal, userCode);
    return show.page(200, <DeviceDonePage context={show.context} allowed={allow} />);
  }
}

function again(show: Presenter, refusal: Refusal, code: string): Page {
  const { problems } = wordingOf(show.context).device;
  const problem = { not_found: problems.unknown, rate_limited: problems.limited }[refusal.code as string];
  if (!problem) return refused(show, refusal);
  const status = refusal.code === 'rate_limited' ? 429 : 422;
  return show.page(status, <DevicePage context={show.context} code={code} problem={problem} />);
}
