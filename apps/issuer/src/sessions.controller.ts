import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Req, Res } from '@nestjs/common';
import { clientForPeople, clientMembers, inRequest, Operation, parse, unwrap } from '@rekey/http';
import { isUuid, refuse } from '@rekey/kernel';
import { type ActContext, signInWithin } from '@rekey/recovery';
import {
  type ClientDirectory,
  endFamily,
  type FamilyView,
  familySchema,
  listFamilies,
  type TokenContext,
} from '@rekey/tokens';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { CLIENTS, CONTEXT } from './injection.js';
import { personOf, refuseBearer } from './person.js';
import { sessionResponseSchema } from './token.controller.js';

const signInBody = z.strictObject({
  identifier: z.string().min(1).max(254),
  country: z.string().length(2).optional(),
  password: z.string().min(1).max(1024),
  ...clientMembers,
  second_factor: z
    .strictObject({ kind: z.enum(['totp', 'backup_code']), value: z.string().min(1).max(100) })
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

const sessionSchema = familySchema.extend({ current: z.boolean() });

/** Sign-in of products without their own, and a person's own sessions. */
@Controller('v1/sessions')
export class SessionsController {
  constructor(
    @Inject(CONTEXT) private readonly context: TokenContext & Pick<ActContext, 'flood'>,
    @Inject(CLIENTS) private readonly clients: ClientDirectory,
  ) {}

  @Post()
  @HttpCode(201)
  @Operation({
    summary: 'Sign in with a password',
    description:
      'A confidential client must authenticate, with its secret by HTTP Basic or in the body (RFC 6749 §2.3.1).',
    client: true,
    body: signInBody,
    answers: { 201: { description: 'signed in', schema: sessionResponseSchema } },
    refusals: ['invalid_request', 'unauthorized', 'second_factor_required', 'rate_limited'],
  })
  async begin(
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { client_id, client_secret, device_token, ...credentials } = parse(signInBody, body);
    const client = await clientForPeople(this.clients, request, reply, { client_id, client_secret });
    const wanted = { ...credentials, device_tokens: device_token === undefined ? [] : [device_token] };
    return unwrap(await signInWithin(inRequest(this.context, request), client, wanted, request.ip));
  }

  @Get()
  @Operation({
    summary: 'List your own sessions',
    bearer: true,
    answers: {
      200: { description: 'sessions, newest first', schema: z.object({ sessions: z.array(sessionSchema) }) },
    },
    refusals: ['unauthorized'],
  })
  async list(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    const { database, clock } = this.context;
    const bearer = await personOf(this.context, request);
    if (!bearer) return refuseBearer(reply);
    const families = await listFamilies(database, clock.now(), bearer.sub);
    const active = families.filter(({ state }) => state === 'active');
    return {
      sessions: active.map((family): FamilyView & { current: boolean } => ({
        ...family,
        current: family.id === bearer.sid,
      })),
    };
  }

  @Delete(':id')
  @HttpCode(204)
  @Operation({
    summary: 'End one of your own sessions',
    bearer: true,
    answers: { 204: { description: 'ended' } },
    refusals: ['unauthorized', 'not_found'],
  })
  async end(
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const bearer = await personOf(this.context, request);
    if (!bearer) return refuseBearer(reply);
    const { database, clock } = inRequest(this.context, request);
    const at = new Date(clock.now());
    const ended =
      isUuid(id) &&
      (await endFamily(database, {
        id,
        accountId: bearer.sub,
        at,
        reason: 'ended_by_person',
        actor: 'person',
      }));
    if (!ended) unwrap(refuse('not_found'));
    return undefined;
  }
}
