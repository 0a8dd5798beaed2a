import { Body, Controller, Delete, Get, Headers, HttpCode, Inject, Ip, Param, Post } from '@nestjs/common';
import { Operation, parse, unwrap } from '@rekey/http';
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
import { type ClientDirectory, holdsTokensOfPeople } from '@rekey/tokens';
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
  { name: 'Idempotency-Key', description: 'The same key gets the same answer for 24 hours' },
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
    summary: 'Begin a recovery',
    description:
      'The same answer for every identifier. If there is such an account, a code is on its way to it.',
    body: startBody,
    headers: idempotency,
    answers: { 202: { description: 'begun', schema: startAnswer } },
    refusals: ['invalid_request', 'rate_limited', 'idempotency_key_reused', 'unavailable'],
  })
  async start(
    @Body() body: unknown,
    @Headers() headers: Record<string, string | undefined>,
    @Ip() source: string,
  ) {
    const { client_id: clientId, locale, ...input } = parse(startBody, body);
    if (clientId !== undefined) await this.mayRecover(clientId);
    const started = await openRecovery(this.context, {
      ...input,
      clientId,
      locale: askedLocale(locale) ?? askedLocale(headers['accept-language']),
      source,
      idempotencyKey: idempotencyKey(headers),
    });
    return unwrap(started);
  }

  @Get(':id')
  @Operation({
    summary: 'How it stands',
    bearer: true,
    answers: { 200: { description: 'its state', schema: recoveryAnswer } },
    refusals: ['not_found'],
  })
  async show(@Param('id') id: string, @Headers('authorization') authorization?: string) {
    return unwrap(await showRecovery(this.context, reference(id, authorization)));
  }

  @Post(':id/codes')
  @HttpCode(202)
  @Operation({
    summary: 'Send another code',
    description: 'The one before stays good beside it until it expires.',
    bearer: true,
    body: codeBody,
    headers: idempotency,
    answers: { 202: { description: 'on its way', schema: codeAnswer } },
    refusals: [
      'invalid_request',
      'not_found',
      'not_possible',
      'finished',
      'too_early',
      'idempotency_key_reused',
    ],
  })
  async code(
    @Param('id') id: string,
    @Body() body: unknown,
    @Headers() headers: Record<string, string | undefined>,
  ) {
    const whose = reference(id, headers.authorization);
    const { channel, address_id: addressId } = this.read(whose, codeBody, body);
    return unwrap(
      await sendCode(this.context, whose, { channel, addressId, idempotencyKey: idempotencyKey(headers) }),
    );
  }

  @Post(':id/proofs')
  @HttpCode(200)
  @Operation({
    summary: 'Offer a proof',
    description:
      'Every offer costs a try, a right one too. When the account wants more than this proof, `methods` then says what.',
    bearer: true,
    body: proofBody,
    answers: { 200: { description: 'right', schema: recoveryAnswer } },
    refusals: ['invalid_request', 'not_found', 'not_possible', 'finished', 'wrong_proof', 'no_tries_left'],
  })
  async proof(
    @Param('id') id: string,
    @Body() body: unknown,
    @Headers('authorization') authorization?: string,
  ) {
    const whose = reference(id, authorization);
    return unwrap(await prove(this.context, whose, this.read(whose, proofBody, body)));
  }

  @Post(':id/credentials')
  @HttpCode(201)
  @Operation({
    summary: 'Take fresh credentials',
    description:
      'Ends every older session and refresh token of the account. With `password`, sets a new one.',
    bearer: true,
    body: credentialsBody,
    answers: { 201: { description: 'settled', schema: credentialsAnswer } },
    refusals: [
      'invalid_request',
      'not_found',
      'not_proven',
      'not_possible',
      'finished',
      'password_refused',
      'unavailable',
    ],
  })
  async credentials(
    @Param('id') id: string,
    @Body() body: unknown,
    @Headers('authorization') authorization?: string,
  ) {
    const whose = reference(id, authorization);
    return unwrap(await settleRecovery(this.context, whose, this.read(whose, credentialsBody, body)));
  }

  @Delete(':id')
  @HttpCode(204)
  @Operation({
    summary: 'Give it up',
    bearer: true,
    answers: { 204: { description: 'ended' } },
    refusals: ['not_found', 'finished'],
  })
  async cancel(@Param('id') id: string, @Headers('authorization') authorization?: string): Promise<void> {
    unwrap(await cancelRecovery(this.context, reference(id, authorization)));
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

  /** Said before anything is sent: at the end of the recovery nobody could mend it. */
  private async mayRecover(clientId: string): Promise<void> {
    const client = await this.clients.find(clientId);
    const detail = !client
      ? 'unknown client'
      : holdsTokensOfPeople(client)
        ? undefined
        : 'this client holds no tokens of people';
    if (detail) unwrap(refuse('invalid_request', { errors: [{ pointer: '/client_id', detail }] }));
  }
}

/** Without a token, or with one that is not one, the recovery is not there: 404, as for an unknown id. */
const reference = (id: string, authorization: string | undefined): RecoveryReference => ({
  id,
  token: /^bearer ([\w-]+)$/i.exec(authorization ?? '')?.[1] ?? '',
});

function idempotencyKey(headers: Record<string, string | undefined>): string | undefined {
  const key = headers['idempotency-key'];
  if (key !== undefined && !/^[\x21-\x7e]{1,200}$/.test(key)) {
    unwrap(
      refuse('invalid_request', {
        errors: [{ pointer: '', detail: 'Idempotency-Key: 1 to 200 visible characters' }],
      }),
    );
  }
  return key;
}
