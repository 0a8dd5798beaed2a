import { Controller, Delete, Get, HttpCode, Ip, Param, Post, UseGuards } from '@nestjs/common';
import {
  ClientForPeopleGuard,
  Context,
  CrossOrigin,
  CurrentClient,
  CurrentSession,
  clientMembers,
  deny,
  Json,
  Operation,
  type PersonSession,
  SessionGuard,
  unwrap,
} from '@rekey/http';
import { isUuid, longestTyped } from '@rekey/kernel';
import { boundKinds } from '@rekey/proofs';
import { type ActContext, signInWithin } from '@rekey/sign-in';
import { type Client, endSession, listSessions, sessionViewSchema, type TokenContext } from '@rekey/tokens';
import { z } from 'zod';
import { sessionResponseSchema } from './oauth.schema.js';

const signInBody = z.strictObject({
  identifier: z.string().min(1).max(longestTyped),
  country: z
    .string()
    .length(2)
    .optional()
    .describe(
      'ISO 3166-1 alpha-2, for a phone number in national form; the code country_required asks for it',
    ),
  password: z.string().min(1).max(1024),
  ...clientMembers,
  second_factor: z
    .strictObject({ kind: z.enum(boundKinds), value: z.string().min(1).max(longestTyped) })
    .optional()
    .describe('Needed if the account has an authenticator app; the code second_factor_required asks for it'),
  device_token: z
    .string()
    .min(1)
    .max(500)
    .optional()
    .describe(
      'From the last sign-in or recovery in this app. With it, failed attempts of others do not make this app wait',
    ),
});

const sessionSchema = sessionViewSchema.extend({ current: z.boolean() });

/** Sign-in of products without their own, and a person's own sessions. */
@CrossOrigin()
@Controller('v1/sessions')
export class SessionsController {
  @Post()
  @HttpCode(201)
  @UseGuards(ClientForPeopleGuard)
  @Operation({
    summary: 'Sign in with a password',
    description:
      'A confidential client must authenticate, with its secret by HTTP Basic or in the body (RFC 6749 §2.3.1).',
    client: true,
    body: signInBody,
    responses: { 201: { description: 'signed in', schema: sessionResponseSchema } },
    refusals: [
      'invalid_request',
      'country_required',
      'unauthorized',
      'second_factor_required',
      'rate_limited',
    ],
  })
  async begin(
    @Context() context: TokenContext & ActContext,
    @CurrentClient() client: Client,
    @Json(signInBody) { device_token, ...wanted }: z.output<typeof signInBody>,
    @Ip() source: string,
  ) {
    const device_tokens = device_token === undefined ? [] : [device_token];
    return unwrap(await signInWithin(context, client, { ...wanted, device_tokens }, source));
  }

  @Get()
  @UseGuards(SessionGuard)
  @Operation({
    summary: 'List your own sessions',
    bearer: true,
    responses: {
      200: { description: 'sessions, newest first', schema: z.object({ sessions: z.array(sessionSchema) }) },
    },
    refusals: ['unauthorized'],
  })
  async list(@Context() { database, clock }: TokenContext, @CurrentSession() { sub, sid }: PersonSession) {
    const families = await listSessions(database, clock.now(), sub);
    const active = families.filter(({ state }) => state === 'active');
    return { sessions: active.map((family) => ({ ...family, current: family.id === sid })) };
  }

  @Delete(':id')
  @HttpCode(204)
  @UseGuards(SessionGuard)
  @Operation({
    summary: 'End one of your own sessions',
    bearer: true,
    responses: { 204: { description: 'ended' } },
    refusals: ['unauthorized', 'not_found'],
  })
  async end(
    @Context() { database, clock }: TokenContext,
    @CurrentSession() { sub: accountId }: PersonSession,
    @Param('id') id: string,
  ): Promise<void> {
    const at = new Date(clock.now());
    const by = { accountId, at, reason: 'ended_by_person', actor: 'person' } as const;
    if (!isUuid(id) || !(await endSession(database, { id, ...by }))) deny('not_found');
  }
}
