import { Controller, Get, Headers, Ip, Post, UseGuards } from '@nestjs/common';
import {
  ClientForPeopleGuard,
  Context,
  CrossOrigin,
  CurrentClient,
  Json,
  Operation,
  unwrap,
  WithoutCookies,
} from '@rekey/http';
import { askedLocale } from '@rekey/kernel';
import { type AssistReference, openAssist, type RecoveryContext, readJoinedAssist } from '@rekey/recovery';
import type { Client } from '@rekey/tokens';
import type { z } from 'zod';
import { assistBody, assistResponse, openedResponse } from './assist.schema.js';
import { AssistTokenGuard, ThisAssist } from './assist-token-guard.js';
import { IdempotencyKey } from './idempotency-key.js';

/** The length of an Idempotency-Key that cannot be guessed: 128 bits in base64url. A UUID has 36 characters. */
const secretKeyLength = 22;

/** A recovery that a member of staff starts for a caller, in an app of the caller. */
@Controller('v1/assists')
@CrossOrigin()
@WithoutCookies()
export class AssistsController {
  @Post()
  @UseGuards(ClientForPeopleGuard)
  @Operation({
    summary: 'Enter the code that support reads out',
    description:
      'The first app or browser that enters a code gets a number of three digits, for the person to tell to support. Poll the assist every few seconds: once it is `matched`, it names a recovery, which goes on like any other. A wrong code, an expired one and one that was used get the same response. Support never asks for a code that was sent by email or SMS.',
    client: true,
    body: assistBody,
    headers: [
      {
        name: 'Idempotency-Key',
        description:
          'A random key of at least 22 characters, repeated with the same code, gets the same assist',
      },
    ],
    responses: { 201: { description: 'joined', schema: openedResponse } },
    refusals: ['invalid_request', 'unauthorized', 'not_found', 'rate_limited'],
  })
  async open(
    @Context() context: RecoveryContext,
    @CurrentClient() client: Client,
    @IdempotencyKey() idempotencyKey: string | undefined,
    @Headers('accept-language') languages: string | undefined,
    @Ip() source: string,
    @Json(assistBody) { code, locale, device_token }: z.output<typeof assistBody>,
  ) {
    const isSecret = (idempotencyKey?.length ?? 0) >= secretKeyLength;
    const opened = await openAssist(context, {
      code,
      opener: isSecret ? `key ${client.client_id} ${idempotencyKey}` : undefined,
      clientId: client.client_id,
      isClientAuthenticated: client.type === 'confidential',
      locale: askedLocale(locale) ?? askedLocale(languages),
      source,
      deviceTokens: device_token === undefined ? [] : [device_token],
    });
    const { id, token, number, expiresAt } = unwrap(opened);
    return { id, token, state: 'opened', number, expires_at: expiresAt.toISOString() };
  }

  @Get(':id')
  @UseGuards(AssistTokenGuard)
  @Operation({
    summary: 'Read the state of an assist',
    bearer: true,
    responses: { 200: { description: 'its state', schema: assistResponse } },
    refusals: ['not_found'],
  })
  async show(@Context() context: RecoveryContext, @ThisAssist() assist: AssistReference) {
    const { expiresAt, ...view } = unwrap(await readJoinedAssist(context, assist));
    return { ...view, expires_at: expiresAt.toISOString() };
  }
}
