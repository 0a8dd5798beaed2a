import { Controller, Delete, Get, HttpCode, Post, UseGuards } from '@nestjs/common';
import { Context, Json, Operation, unwrap } from '@rekey/http';
import {
  type AuthenticationResponse,
  confirmStaff,
  consumeConfirmation,
  offerConfirmation,
  type StaffContext,
  type StaffSession,
  sessionView,
  signOutStaff,
} from '@rekey/staff';
import type { z } from 'zod';
import { SameOriginGuard } from './same-origin-guard.js';
import { assertionBody, emptyBody, passkeyOffer, sessionResponse } from './staff.schema.js';
import { Cookies, type StaffCookies } from './staff-cookies.js';
import { CurrentStaff, RequireRight, StaffGuard } from './staff-guard.js';

/** A member's own session. */
@Controller('staff')
@UseGuards(SameOriginGuard, StaffGuard)
@RequireRight('session')
export class StaffSessionController {
  @Get('session')
  @Operation({
    summary: 'Who is signed in, with which rights, and until when',
    responses: { 200: { description: 'the session', schema: sessionResponse } },
    refusals: ['unauthorized'],
  })
  show(@CurrentStaff() session: StaffSession) {
    return sessionView(session);
  }

  @Delete('session')
  @HttpCode(204)
  @Operation({
    summary: 'Sign out',
    responses: { 204: { description: 'ended' } },
    refusals: ['unauthorized', 'forbidden'],
  })
  async end(
    @CurrentStaff() session: StaffSession,
    @Context() context: StaffContext,
    @Cookies() cookies: StaffCookies,
  ) {
    await signOutStaff(context, session);
    cookies.clearSession();
  }

  @Post('sessions/fresh/options')
  @HttpCode(200)
  @Operation({
    summary: 'Start to confirm with a passkey',
    body: emptyBody,
    responses: { 200: { description: 'for the browser', schema: passkeyOffer } },
    refusals: ['invalid_request', 'unauthorized', 'forbidden'],
  })
  async startConfirmation(
    @Json(emptyBody) _body: object,
    @CurrentStaff() session: StaffSession,
    @Context() context: StaffContext,
    @Cookies() cookies: StaffCookies,
  ) {
    const { challenge, options } = await offerConfirmation(context, session);
    cookies.keep('staff-confirmation', challenge);
    return { options };
  }

  @Post('sessions/fresh')
  @HttpCode(200)
  @Operation({
    summary: 'Confirm with a passkey, for acts that change something',
    body: assertionBody,
    responses: { 200: { description: 'the session, fresh for five minutes', schema: sessionResponse } },
    refusals: ['invalid_request', 'unauthorized', 'forbidden', 'rate_limited'],
  })
  async confirm(
    @Json(assertionBody) { response }: z.output<typeof assertionBody>,
    @CurrentStaff() session: StaffSession,
    @Context() context: StaffContext,
    @Cookies() cookies: StaffCookies,
  ) {
    unwrap(await consumeConfirmation(context, session));
    const shown = { kept: cookies.take('staff-confirmation'), response: response as AuthenticationResponse };
    return sessionView(unwrap(await confirmStaff(context, session, shown)));
  }
}
