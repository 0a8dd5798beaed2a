import { Controller, Get, HttpCode, Ip, Post, UseGuards } from '@nestjs/common';
import { Context, Json, Operation, Public, unwrap } from '@rekey/http';
import {
  type AuthenticationResponse,
  consumeRegistration,
  consumeSignIn,
  enterDemo,
  offerRegistration,
  offerSignIn,
  type RegistrationResponse,
  register,
  type SessionView,
  type SignedIn,
  type StaffContext,
  sessionView,
  signInStaff,
} from '@rekey/staff';
import type { z } from 'zod';
import { SameOriginGuard } from './same-origin-guard.js';
import {
  assertionBody,
  demoBody,
  emptyBody,
  invitationBody,
  passkeyOffer,
  registrationBody,
  registrationOffer,
  sessionResponse,
  signInResponse,
} from './staff.schema.js';
import { Cookies, type StaffCookies } from './staff-cookies.js';

const withSession = (cookies: StaffCookies, { secret, session }: SignedIn): SessionView => {
  cookies.setSession(secret);
  return sessionView(session);
};

/** How staff get a session: with an invitation once, with a passkey from then on. Nobody is named before a passkey has. */
@Controller('staff')
@UseGuards(SameOriginGuard)
export class StaffSignInController {
  @Get('sign-in')
  @Public()
  @Operation({
    summary: 'What the sign-in page offers',
    responses: { 200: { description: 'whether there is a demo', schema: signInResponse } },
  })
  offers(@Context() { place }: StaffContext) {
    return { demo: place.offersDemo };
  }

  @Post('registrations/options')
  @HttpCode(200)
  @Public()
  @Operation({
    summary: 'Start to register the passkey of an invitation',
    body: invitationBody,
    responses: { 200: { description: 'for the browser', schema: registrationOffer } },
    refusals: ['invalid_request', 'forbidden', 'not_found', 'rate_limited'],
  })
  async startRegistration(
    @Json(invitationBody) { invitation }: z.output<typeof invitationBody>,
    @Ip() ip: string,
    @Context() context: StaffContext,
    @Cookies() cookies: StaffCookies,
  ) {
    unwrap(await consumeRegistration(context, ip));
    const { challenge, ...offer } = unwrap(await offerRegistration(context, invitation));
    cookies.keep('staff-registration', challenge);
    return offer;
  }

  @Post('registrations')
  @Public()
  @Operation({
    summary: 'Register the passkey of an invitation, and sign in',
    description: 'Passkeys and sessions that the member had before end.',
    body: registrationBody,
    responses: { 201: { description: 'the session, in a cookie', schema: sessionResponse } },
    refusals: ['invalid_request', 'unauthorized', 'forbidden', 'not_found', 'conflict', 'rate_limited'],
  })
  async register(
    @Json(registrationBody) { invitation, response }: z.output<typeof registrationBody>,
    @Ip() ip: string,
    @Context() context: StaffContext,
    @Cookies() cookies: StaffCookies,
  ) {
    unwrap(await consumeRegistration(context, ip));
    const kept = cookies.take('staff-registration');
    const shown = { secret: invitation, kept, response: response as RegistrationResponse };
    return withSession(cookies, unwrap(await register(context, shown)));
  }

  @Post('sessions/options')
  @HttpCode(200)
  @Public()
  @Operation({
    summary: 'Start to sign in with a passkey',
    body: emptyBody,
    responses: { 200: { description: 'for the browser; it names nobody', schema: passkeyOffer } },
    refusals: ['invalid_request', 'forbidden'],
  })
  async startSignIn(
    @Json(emptyBody) _body: object,
    @Context() context: StaffContext,
    @Cookies() cookies: StaffCookies,
  ) {
    const { challenge, options } = await offerSignIn(context);
    cookies.keep('staff-sign-in', challenge);
    return { options };
  }

  @Post('sessions')
  @Public()
  @Operation({
    summary: 'Sign in with a passkey',
    body: assertionBody,
    responses: { 201: { description: 'the session, in a cookie', schema: sessionResponse } },
    refusals: ['invalid_request', 'unauthorized', 'forbidden', 'rate_limited'],
  })
  async signIn(
    @Json(assertionBody) { response }: z.output<typeof assertionBody>,
    @Ip() ip: string,
    @Context() context: StaffContext,
    @Cookies() cookies: StaffCookies,
  ) {
    unwrap(await consumeSignIn(context, ip));
    const kept = cookies.take('staff-sign-in');
    const shown = { kept, response: response as AuthenticationResponse };
    return withSession(cookies, unwrap(await signInStaff(context, shown)));
  }

  @Post('sessions/demo')
  @Public()
  @Operation({
    summary: 'Enter as a demo person',
    description: 'In development on one machine only; elsewhere there is no such route for anybody.',
    body: demoBody,
    responses: { 201: { description: 'the session, in a cookie', schema: sessionResponse } },
    refusals: ['invalid_request', 'forbidden', 'not_found', 'rate_limited', 'unavailable'],
  })
  async enterDemo(
    @Json(demoBody) { role }: z.output<typeof demoBody>,
    @Ip() ip: string,
    @Context() context: StaffContext,
    @Cookies() cookies: StaffCookies,
  ) {
    unwrap(await consumeSignIn(context, ip));
    return withSession(cookies, unwrap(await enterDemo(context, role)));
  }
}
