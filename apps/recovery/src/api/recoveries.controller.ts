import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Req, Res } from '@nestjs/common';
import { clientForPeople, inRequest, Operation, parse, unwrap } from '@rekey/http';
import { askedLocale, refuse } from '@rekey/kernel';
import {
  cancelRecovery,
  isRecoveryToken,
  openRecovery,
  prove,
  type RecoveryContext,
  type RecoveryReference,
  sendCode,
  settleRecovery,
  showRecovery,
} from '@rekey/recovery';
import type { ClientDirectory } from '@rekey/tokens';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { CLIENTS, CONTEXT } from '../parts.js';
import {
  codeAnswer,
  codeBody,
  credentialsAnswer,
  credentialsBody,
  proofBody,
  recoveryAnswer,
  startAnswer,
  startBody,
} from './wire.js';

const idempotency = [
  { name: 'Idempotency-Key', description: 'The same key gets the same response for 24 hours' },
];

const startIdempotency = [
  {
    name: 'Idempotency-Key',
    description:
      'A key repeated within 24 hours gets the same response if the client authenticates, or if the key is random and has at least 22 characters. Any other repeated key is refused (409), because someone else at the same IP address could have chosen it too',
  },
];

@Controller('v1/recoveries')
export class RecoveriesController {
  constructor(
    @Inject(CONTEXT) private readonly context: RecoveryContext,
    @Inject(CLIENTS) private readonly clients: ClientDirectory,
  ) {}

  @Post()
  @HttpCode(202)
  @Operation({
    summary: 'Start a recovery',
    description:
      'The response is the same for every identifier. If it matches an account, a code is sent. A confidential client must authenticate, by HTTP Basic or with `client_secret` (RFC 6749 §2.3.1).',
    client: true,
    body: startBody,
    headers: startIdempotency,
    answers: { 202: { description: 'started', schema: startAnswer } },
    refusals: [
      'invalid_request',
      'unauthorized',
      'rate_limited',
      'idempotency_key_reused',
      'conflict',
      'unavailable',
    ],
  })
  async start(
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { client_id: named, client_secret, locale, device_token, ...input } = parse(startBody, body);
    // Said before anything is sent: at the end of the recovery nobody could mend it.
    const client = await clientForPeople(this.clients, request, reply, {
      client_id: named,
      client_secret,
    });
    const started = await openRecovery(inRequest(this.context, request), {
      ...input,
      // As it was asked for: what a repeated request is compared with.
      clientId: named ?? (client.client_id === 'default' ? undefined : client.client_id),
      isClientAuthenticated: client.type === 'confidential',
      locale: askedLocale(locale) ?? askedLocale(request.headers['accept-language']),
      source: request.ip,
      deviceTokens: device_token === undefined ? [] : [device_token],
      idempotencyKey: idempotencyKey(request),
    });
    return unwrap(started);
  }

  @Get(':id')
  @Operation({
    summary: 'Read the state of a recovery',
    bearer: true,
    answers: { 200: { description: 'its state', schema: recoveryAnswer } },
    refusals: ['not_found'],
  })
  async show(@Param('id') id: string, @Req() request: FastifyRequest) {
    return unwrap(await showRecovery(inRequest(this.context, request), reference(id, request)));
  }

  @Post(':id/codes')
  @HttpCode(202)
  @Operation({
    summary: 'Send another code',
    description: 'The previous code also works until it expires.',
    bearer: true,
    body: codeBody,
    headers: idempotency,
    answers: { 202: { description: 'sent', schema: codeAnswer } },
    refusals: [
      'invalid_request',
      'not_found',
      'invalid_state',
      'recovery_closed',
      'resend_too_soon',
      'idempotency_key_reused',
    ],
  })
  async code(@Param('id') id: string, @Body() body: unknown, @Req() request: FastifyRequest) {
    const whose = reference(id, request);
    const { channel, address_id: addressId } = this.read(whose, codeBody, body);
    return unwrap(
      await sendCode(inRequest(this.context, request), whose, {
        channel,
        addressId,
        idempotencyKey: idempotencyKey(request),
      }),
    );
  }

  @Post(':id/proofs')
  @HttpCode(200)
  @Operation({
    summary: 'Submit a proof',
    description:
      'Every proof costs a try, also a right one. If the account needs more than this proof, `methods` says what is needed next. If a recovery of the account was stopped recently, this one is `held` until `held_until`, and every address is notified.',
    bearer: true,
    body: proofBody,
    answers: { 200: { description: 'accepted', schema: recoveryAnswer } },
    refusals: [
      'invalid_request',
      'not_found',
      'invalid_state',
      'recovery_closed',
      'wrong_proof',
      'no_tries_left',
      'rate_limited',
    ],
  })
  async proof(@Param('id') id: string, @Body() body: unknown, @Req() request: FastifyRequest) {
    const whose = reference(id, request);
    const { device_token, ...offered } = this.read(whose, proofBody, body);
    const deviceTokens = device_token === undefined ? [] : [device_token];
    const caller = { source: request.ip, deviceTokens };
    return unwrap(await prove(inRequest(this.context, request), whose, offered, caller));
  }

  @Post(':id/credentials')
  @HttpCode(201)
  @Operation({
    summary: 'Complete a recovery and get new credentials',
    description:
      'Ends every older session and refresh token of the account. With `password`, it sets a new password. Without it, the old password stops working, unless the policy keeps it for this client. The session of this recovery can set a new one while it is fresh (`PUT /v1/password` of the issuer).',
    bearer: true,
    body: credentialsBody,
    answers: { 201: { description: 'completed', schema: credentialsAnswer } },
    refusals: [
      'invalid_request',
      'not_found',
      'not_proven',
      'invalid_state',
      'recovery_closed',
      'password_refused',
      'unavailable',
    ],
  })
  async credentials(@Param('id') id: string, @Body() body: unknown, @Req() request: FastifyRequest) {
    const whose = reference(id, request);
    const context = inRequest(this.context, request);
    return unwrap(await settleRecovery(context, whose, this.read(whose, credentialsBody, body)));
  }

  @Delete(':id')
  @HttpCode(204)
  @Operation({
    summary: 'Cancel a recovery',
    bearer: true,
    answers: { 204: { description: 'ended' } },
    refusals: ['not_found', 'recovery_closed'],
  })
  async cancel(@Param('id') id: string, @Req() request: FastifyRequest): Promise<void> {
    unwrap(await cancelRecovery(inRequest(this.context, request), reference(id, request)));
  }

  /** What stands in a body is looked at for whoever has the token: without it the recovery is not there, whatever else is wrong. */
  private read<Schema extends z.ZodType>(
    whose: RecoveryReference,
    schema: Schema,
    body: unknown,
  ): z.output<Schema> {
    if (!isRecoveryToken(this.context.keyring, whose)) unwrap(refuse('not_found'));
    return parse(schema, body);
  }
}

/** Without a token, or with one that is not one, the recovery is not there: 404, as for an unknown id. */
const reference = (id: string, { headers }: FastifyRequest): RecoveryReference => ({
  id,
  token: /^bearer ([\w-]+)$/i.exec(headers.authorization ?? '')?.[1] ?? '',
});

function idempotencyKey({ headers }: FastifyRequest): string | undefined {
  const key = headers['idempotency-key']?.toString();
  if (key !== undefined && !/^[\x21-\x7e]{1,200}$/.test(key)) {
    unwrap(
      refuse('invalid_request', {
        errors: [{ pointer: '', detail: 'Idempotency-Key must be 1 to 200 visible characters' }],
      }),
    );
  }
  return key;
}
