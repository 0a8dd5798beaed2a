import { Body, Controller, HttpCode, Inject, Post, Put, Req, Res, UseFilters } from '@nestjs/common';
import { inRequest, Operation, parse, unwrap } from '@rekey/http';
import { isRefused } from '@rekey/kernel';
import {
  type ActContext,
  answerDevice,
  beginDeviceWithin,
  type Changing,
  lookAtDevice,
} from '@rekey/recovery';
import {
  type ClientDirectory,
  type DeviceAuthorization,
  deviceGrant,
  oauthRefuse,
  type TokenContext,
} from '@rekey/tokens';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { callingClient, clientFields } from './client-authentication.js';
import { CLIENTS, CONTEXT } from './injection.js';
import { formOf, grantOrThrow, OAuthException, OAuthFilter, OAuthLimited, readForm } from './oauth-http.js';
import { personOf, refuseBearer } from './person.js';
import { oauthErrorSchema } from './token.controller.js';

const beginForm = z.object({ ...clientFields, scope: z.string().optional() });
const beginAnswer = z.object({
  device_code: z.string(),
  user_code: z.string(),
  verification_uri: z.string(),
  verification_uri_complete: z.string(),
  expires_in: z.number().int(),
  interval: z.number().int(),
});

/** Things without a keyboard begin here (RFC 8628). */
@Controller('oauth2')
@UseFilters(OAuthFilter)
export class DeviceAuthorizationController {
  constructor(
    @Inject(CONTEXT) private readonly context: TokenContext & Pick<ActContext, 'flood'>,
    @Inject(CLIENTS) private readonly clients: ClientDirectory,
  ) {}

  @Post('device_authorization')
  @HttpCode(200)
  @Operation({
    summary: 'Start a device authorization (RFC 8628)',
    body: beginForm,
    bodyType: 'application/x-www-form-urlencoded',
    answers: {
      200: { description: 'codes for the device and for the person', schema: beginAnswer },
      400: { description: 'RFC 6749 §5.2', schema: oauthErrorSchema },
      401: { description: 'invalid_client', schema: oauthErrorSchema },
      429: { description: 'slow_down, with Retry-After', schema: oauthErrorSchema },
    },
  })
  async begin(@Req() request: FastifyRequest): Promise<DeviceAuthorization> {
    const form = readForm(beginForm, formOf(request));
    const client = await callingClient(this.clients, request, form);
    if (!client.grants.includes(deviceGrant))
      throw new OAuthException(oauthRefuse('unauthorized_client', 'the client may not use this grant'));
    const asked = { scope: form.scope, source: request.ip };
    const begun = await beginDeviceWithin(inRequest(this.context, request), client, asked);
    if (isRefused(begun)) throw new OAuthLimited(begun);
    return grantOrThrow(begun);
  }
}

const userCode = z
  .string()
  .min(1)
  .max(40)
  .describe('As shown on the device; case and punctuation are ignored');
const lookBody = z.strictObject({ user_code: userCode });
const answerBody = z.strictObject({ user_code: userCode, decision: z.enum(['allow', 'deny']) });
const waiting = z.object({
  client_id: z.string(),
  client_name: z.string(),
  scope: z.string(),
  expires_at: z.iso.datetime(),
});

/** The person's side of it, for products with pages of their own; ours are at `/device`. */
@Controller('v1/device_codes')
export class DeviceController {
  constructor(
    @Inject(CONTEXT) private readonly context: TokenContext & Pick<ActContext, 'flood'>,
    @Inject(CLIENTS) private readonly clients: ClientDirectory,
  ) {}

  @Post()
  @HttpCode(200)
  @Operation({
    summary: 'Find the device that is waiting for this code',
    bearer: true,
    body: lookBody,
    answers: { 200: { description: 'the device, to show to the person', schema: waiting } },
    refusals: ['invalid_request', 'unauthorized', 'not_found', 'rate_limited'],
  })
  async look(
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.byPerson(request, reply, async (who) => {
      const device = unwrap(
        await lookAtDevice(inRequest(this.context, request), who, parse(lookBody, body).user_code),
      );
      const client = await this.clients.find(device.client_id);
      return { ...device, client_name: client?.name ?? device.client_id };
    });
  }

  @Put()
  @HttpCode(204)
  @Operation({
    summary: 'Approve or deny the device',
    bearer: true,
    body: answerBody,
    answers: { 204: { description: 'recorded; the device learns it at its next poll' } },
    refusals: ['invalid_request', 'unauthorized', 'not_found', 'rate_limited'],
  })
  async answer(
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.byPerson(request, reply, async (who) => {
      const { user_code, decision } = parse(answerBody, body);
      unwrap(
        await answerDevice(inRequest(this.context, request), who, {
          userCode: user_code,
          allow: decision === 'allow',
        }),
      );
    });
  }

  private async byPerson<Outcome>(
    request: FastifyRequest,
    reply: FastifyReply,
    act: (who: Changing) => Promise<Outcome>,
  ) {
    const person = await personOf(this.context, request);
    return person ? act({ account: person.sub, session: person.sid }) : refuseBearer(reply);
  }
}
