import { Body, Controller, Get, Inject, Post, Query, Req, Res, UseFilters } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { isRefused, type Refusal } from '@rekey/kernel';
import { answerDevice, type Changing, lookAtDevice } from '@rekey/recovery';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Form, textIn } from './form.js';
import { refused } from './go-on.js';
import { PageFaults } from './page-faults.js';
import { PAGES, type PageParts, partsIn } from './parts.js';
import { personOf } from './person.js';
import { Presenter } from './present.js';
import { SignInPage } from './views-account.js';
import { DeviceConsentPage, DeviceDonePage, DevicePage } from './views-device.js';
import { deviceWordings } from './wording-device.js';

const codeIn = (value: unknown): string => textIn(value, 40);

/** Where a person lets a device in that shows them a code (RFC 8628 §3.3): signed in first, then the code, then a yes or no. */
@ApiExcludeController()
@UseFilters(PageFaults)
@Controller('device')
export class DeviceController {
  constructor(@Inject(PAGES) private readonly parts: PageParts) {}

  @Get()
  async form(@Query('user_code') code: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const show = this.presenter(request, reply);
    const { context } = show;
    if (!(await personOf(this.parts, request)))
      return show.page(200, <SignInPage context={context} device={{ code: codeIn(code) }} />);
    return show.page(200, <DevicePage context={context} code={codeIn(code)} />);
  }

  @Post()
  async look(@Body() body: Form, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    return this.signedIn(body, request, reply, async (show, who, code) => {
      const { context } = partsIn(this.parts, request);
      const device = await lookAtDevice(context, who, code);
      if (isRefused(device)) return this.again(show, device, code);
      const client = await this.parts.clients.find(device.client_id);
      const name = client?.name ?? device.client_id;
      return show.page(200, <DeviceConsentPage context={show.context} code={code} name={name} />);
    });
  }

  @Post('answer')
  async answer(@Body() body: Form, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    return this.signedIn(body, request, reply, async (show, who, userCode) => {
      const allow = body.decision === 'allow';
      const { context } = partsIn(this.parts, request);
      const refusal = await answerDevice(context, who, { userCode, allow });
      if (refusal) return this.again(show, refusal, userCode);
      return show.page(200, <DeviceDonePage context={show.context} allowed={allow} />);
    });
  }

  private again(show: Presenter, refusal: Refusal, code: string): FastifyReply {
    const { problems } = deviceWordings[show.context.locale];
    const problem = { not_found: problems.unknown, rate_limited: problems.limited }[refusal.code as string];
    if (!problem) return refused(show, refusal);
    const status = refusal.code === 'rate_limited' ? 429 : 422;
    return show.page(status, <DevicePage context={show.context} code={code} problem={problem} />);
  }

  private async signedIn(
    body: Form,
    request: FastifyRequest,
    reply: FastifyReply,
    act: (show: Presenter, who: Changing, code: string) => Promise<FastifyReply>,
  ): Promise<FastifyReply> {
    const show = this.presenter(request, reply);
    const code = codeIn(body.user_code);
    const person = await personOf(this.parts, request);
    if (!person) return show.page(401, <SignInPage context={show.context} device={{ code }} />);
    return act(show, { account: person.sub, session: person.sid }, code);
  }

  private presenter(request: FastifyRequest, reply: FastifyReply): Presenter {
    return new Presenter(reply, request, this.parts.browser, this.parts.productName);
  }
}
