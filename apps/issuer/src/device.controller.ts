import { Controller, HttpCode, Inject, Ip, Post, Put, UseGuards } from '@nestjs/common';
import {
  CLIENTS,
  Context,
  CrossOrigin,
  CurrentClient,
  CurrentSession,
  Json,
  Operation,
  type PersonSession,
  SessionGuard,
  unwrap,
} from '@rekey/http';
import { longestTyped } from '@rekey/kernel';
import {
  type ActContext,
  answerDevice,
  type Changing,
  lookAtDevice,
  startDeviceWithin,
} from '@rekey/sign-in';
import {
  type Client,
  type ClientDirectory,
  type DeviceAuthorization,
  deviceGrant,
  type TokenContext,
} from '@rekey/tokens';
import { z } from 'zod';
import { clientFields, oauthErrorSchema } from './oauth.schema.js';
import { Form, OAuthClientGuard, TakesForm } from './oauth-client-guard.js';
import { grantOrThrow, OAuthEndpoints } from './oauth-http.js';

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
@OAuthEndpoints()
@Controller('oauth2')
@UseGuards(OAuthClientGuard)
export class DeviceAuthorizationController {
  @Post('device_authorization')
  @HttpCode(200)
  @CrossOrigin()
  @TakesForm({ schema: beginForm, grant: deviceGrant })
  @Operation({
    summary: 'Start a device authorization (RFC 8628)',
    body: beginForm,
    bodyType: 'application/x-www-form-urlencoded',
    responses: {
      200: { description: 'codes for the device and for the person', schema: beginAnswer },
      400: { description: 'RFC 6749 §5.2', schema: oauthErrorSchema },
      401: { description: 'invalid_client', schema: oauthErrorSchema },
      429: { description: 'slow_down, with Retry-After', schema: oauthErrorSchema },
    },
  })
  async begin(
    @Context() context: TokenContext & ActContext,
    @CurrentClient() client: Client,
    @Form() { scope }: z.output<typeof beginForm>,
    @Ip() source: string,
  ): Promise<DeviceAuthorization> {
    return grantOrThrow(await startDeviceWithin(context, client, { scope, source }));
  }
}

const userCode = z
  .string()
  .min(1)
  .max(longestTyped)
  .describe('As shown on the device; case, punctuation and text around it are ignored');
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
@UseGuards(SessionGuard)
export class DeviceController {
  constructor(@Inject(CLIENTS) private readonly clients: ClientDirectory) {}

  @Post()
  @HttpCode(200)
  @Operation({
    summary: 'Find the device that is waiting for this code',
    bearer: true,
    body: lookBody,
    responses: { 200: { description: 'the device, to show to the person', schema: waiting } },
    refusals: ['invalid_request', 'unauthorized', 'not_found', 'rate_limited'],
  })
  async look(
    @Context() context: ActContext,
    @CurrentSession() session: PersonSession,
    @Json(lookBody) body: z.output<typeof lookBody>,
  ) {
    const device = unwrap(await lookAtDevice(context, byPerson(session), body.user_code));
    const client = await this.clients.find(device.client_id);
    return { ...device, client_name: client?.name ?? device.client_id };
  }

  @Put()
  @HttpCode(204)
  @Operation({
    summary: 'Approve or deny the device',
    bearer: true,
    body: answerBody,
    responses: { 204: { description: 'recorded; the device learns it at its next poll' } },
    refusals: ['invalid_request', 'unauthorized', 'not_found', 'rate_limited'],
  })
  async answer(
    @Context() context: ActContext,
    @CurrentSession() session: PersonSession,
    @Json(answerBody) { user_code: userCode, decision }: z.output<typeof answerBody>,
  ): Promise<void> {
    unwrap(await answerDevice(context, byPerson(session), { userCode, allow: decision === 'allow' }));
  }
}

const byPerson = ({ sub, sid }: PersonSession): Changing => ({ account: sub, session: sid });
