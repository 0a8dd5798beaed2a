import { Controller, Delete, Get, Headers, HttpCode, Ip, Post, UseGuards } from '@nestjs/common';
import {
  ClientForPeopleGuard,
  Context,
  CrossOrigin,
  CurrentClient,
  HasLeft,
  Json,
  Operation,
  unwrap,
  WithoutCookies,
} from '@rekey/http';
import { askedLocale } from '@rekey/kernel';
import {
  cancelRecovery,
  completeRecovery,
  prove,
  type RecoveryContext,
  type RecoveryReference,
  sendCode,
  showRecovery,
  startRecovery,
} from '@rekey/recovery';
import type { Client } from '@rekey/tokens';
import type { z } from 'zod';
import { IdempotencyKey } from './idempotency-key.js';
import {
  codeBody,
  codeResponse,
  credentialsBody,
  credentialsResponse,
  proofBody,
  recoveryResponse,
  startBody,
  startResponse,
} from './recovery.schema.js';
import { RecoveryTokenGuard, ThisRecovery } from './recovery-token-guard.js';

const idempotency = [
  { name: 'Idempotency-Key', description: 'The same key gets the same response for 24 hours' },
];

const proofIdempotency = [
  {
    name: 'Idempotency-Key',
    description:
      'The same key with the same `kind` and `value` gets the same response for 24 hours, and costs no further try',
  },
];

const credentialsIdempotency = [
  {
    name: 'Idempotency-Key',
    description:
      'A repeat with the same key and body, within ten minutes and before a token of the session was used, gets fresh credentials of the same session. Those of the lost response end',
  },
];

const startIdempotency = [
  {
    name: 'Idempotency-Key',
    description:
      'A key repeated within 24 hours gets the same response if the client authenticates, or if the key is random and has at least 22 characters. Any other repeated key is refused (409), because someone else at the same IP address could have chosen it too',
  },
];

@Controller('v1/recoveries')
@CrossOrigin()
@WithoutCookies()
export class RecoveriesController {
  @Post()
  @UseGuards(ClientForPeopleGuard)
  @HttpCode(202)
  @Operation({
    summary: 'Start a recovery',
    description:
      'The response is the same for every identifier of the same form. If it matches an account, a code is sent. A phone number without a country code and without `country` is refused, whatever accounts there are. A confidential client must authenticate, by HTTP Basic or with `client_secret` (RFC 6749 §2.3.1).',
    client: true,
    body: startBody,
    headers: startIdempotency,
    responses: { 202: { description: 'started', schema: startResponse } },
    refusals: [
      'invalid_request',
      'country_required',
      'unauthorized',
      'rate_limited',
      'idempotency_key_reused',
      'conflict',
      'unavailable',
    ],
  })
  async start(
    @Context() context: RecoveryContext,
    @CurrentClient() client: Client,
    @IdempotencyKey() idempotencyKey: string | undefined,
    @Headers('accept-language') languages: string | undefined,
    @Ip() source: string,
    @Json(startBody) body: z.output<typeof startBody>,
  ) {
    const { client_id: named, client_secret: _secret, locale, device_token, ...input } = body;
    const started = await startRecovery(context, {
      ...input,
      // As it was asked for: what a repeated request is compared with.
      clientId: named ?? (client.client_id === 'default' ? undefined : client.client_id),
      isClientAuthenticated: client.type === 'confidential',
      locale: askedLocale(locale) ?? askedLocale(languages),
      source,
      deviceTokens: device_token === undefined ? [] : [device_token],
      idempotencyKey,
    });
    return unwrap(started);
  }

  @Get(':id')
  @UseGuards(RecoveryTokenGuard)
  @Operation({
    summary: 'Read the state of a recovery',
    bearer: true,
    responses: { 200: { description: 'its state', schema: recoveryResponse } },
    refusals: ['not_found'],
  })
  async show(@Context() context: RecoveryContext, @ThisRecovery() recovery: RecoveryReference) {
    return unwrap(await showRecovery(context, recovery));
  }

  @Post(':id/codes')
  @UseGuards(RecoveryTokenGuard)
  @HttpCode(202)
  @Operation({
    summary: 'Send another code',
    description: 'The previous code also works until it expires.',
    bearer: true,
    body: codeBody,
    headers: idempotency,
    responses: { 202: { description: 'sent', schema: codeResponse } },
    refusals: [
      'invalid_request',
      'not_found',
      'invalid_state',
      'recovery_closed',
      'resend_too_soon',
      'idempotency_key_reused',
    ],
  })
  async code(
    @Context() context: RecoveryContext,
    @ThisRecovery() recovery: RecoveryReference,
    @IdempotencyKey() idempotencyKey: string | undefined,
    @Json(codeBody) { channel, address_id: addressId }: z.output<typeof codeBody>,
  ) {
    return unwrap(await sendCode(context, recovery, { channel, addressId, idempotencyKey }));
  }

  @Post(':id/proofs')
  @UseGuards(RecoveryTokenGuard)
  @HttpCode(200)
  @Operation({
    summary: 'Submit a proof',
    description:
      'Every proof costs a try, also a right one. If the account needs more than this proof, `methods` says what is needed next. After a stop of another recovery of the account, or by a rule of the policy, it is `held` until `held_until`, and every address is notified.',
    bearer: true,
    body: proofBody,
    headers: proofIdempotency,
    responses: { 200: { description: 'accepted', schema: recoveryResponse } },
    refusals: [
      'invalid_request',
      'not_found',
      'invalid_state',
      'recovery_closed',
      'wrong_proof',
      'no_tries_left',
      'rate_limited',
      'idempotency_key_reused',
    ],
  })
  async proof(
    @Context() context: RecoveryContext,
    @ThisRecovery() recovery: RecoveryReference,
    @Ip() source: string,
    @IdempotencyKey() idempotencyKey: string | undefined,
    @Json(proofBody) { device_token, ...offered }: z.output<typeof proofBody>,
  ) {
    const deviceTokens = device_token === undefined ? [] : [device_token];
    return unwrap(await prove(context, recovery, { ...offered, idempotencyKey }, { source, deviceTokens }));
  }

  @Post(':id/credentials')
  @UseGuards(RecoveryTokenGuard)
  @HttpCode(201)
  @Operation({
    summary: 'Complete a recovery and get new credentials',
    description:
      'Ends every older session and refresh token of the account. With `password`, it sets a new password. Without it, the old password stops working, unless the policy keeps it for this client. The session of this recovery can set a new one while it is fresh (`PUT /v1/password` of the issuer).',
    bearer: true,
    body: credentialsBody,
    headers: credentialsIdempotency,
    responses: { 201: { description: 'completed', schema: credentialsResponse } },
    refusals: [
      'invalid_request',
      'not_found',
      'not_proven',
      'invalid_state',
      'recovery_closed',
      'password_refused',
      'idempotency_key_reused',
      'unavailable',
    ],
  })
  async credentials(
    @Context() context: RecoveryContext,
    @ThisRecovery() recovery: RecoveryReference,
    @IdempotencyKey() idempotencyKey: string | undefined,
    @HasLeft() hasLeft: () => boolean,
    @Json(credentialsBody) { password }: z.output<typeof credentialsBody>,
  ) {
    return unwrap(await completeRecovery(context, recovery, { password, idempotencyKey, hasLeft }));
  }

  @Delete(':id')
  @UseGuards(RecoveryTokenGuard)
  @HttpCode(204)
  @Operation({
    summary: 'Cancel a recovery',
    bearer: true,
    responses: { 204: { description: 'ended' } },
    refusals: ['not_found', 'recovery_closed'],
  })
  async cancel(
    @Context() context: RecoveryContext,
    @ThisRecovery() recovery: RecoveryReference,
  ): Promise<void> {
    unwrap(await cancelRecovery(context, recovery));
  }
}
