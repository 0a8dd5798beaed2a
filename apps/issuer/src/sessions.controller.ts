import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Req, Res } from '@nestjs/common';
import { Operation, parse, problemOf, unwrap } from '@rekey/http';
import { isUuid, refuse } from '@rekey/kernel';
import { budgets, counterKey, sourceOf, spend } from '@rekey/limits';
import {
  authenticateBearer,
  type ClientDirectory,
  endFamily,
  type FamilyView,
  familySchema,
  listFamilies,
  signIn,
  type TokenContext,
  type TokenResponse,
} from '@rekey/tokens';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { CLIENTS, CONTEXT } from './injection.js';
import { tokenResponseSchema } from './token.controller.js';

const signInBody = z.strictObject({
  identifier: z.string().min(1).max(254),
  country: z.string().length(2).optional(),
  password: z.string().min(1).max(1024),
  client_id: z.string().max(200).default('default'),
});

const sessionSchema = familySchema.extend({ current: z.boolean() });

/** Sign-in of products without their own, and a person's own sessions. */
@Controller('v1/sessions')
export class SessionsController {
  constructor(
    @Inject(CONTEXT) private readonly context: TokenContext,
    @Inject(CLIENTS) private readonly clients: ClientDirectory,
  ) {}

  @Post()
  @HttpCode(201)
  @Operation({
    summary: 'Sign in with a password',
    body: signInBody,
    answers: { 201: { description: 'signed in', schema: tokenResponseSchema } },
    refusals: ['invalid_request', 'unauthorized', 'rate_limited'],
  })
  async begin(@Body() body: unknown, @Req() request: FastifyRequest): Promise<TokenResponse> {
    const { client_id: clientId, ...credentials } = parse(signInBody, body);
    const { database, keyring, clock } = this.context;
    const client = await this.clients.find(clientId);
    if (!client)
      unwrap(refuse('invalid_request', { errors: [{ pointer: '/client_id', detail: 'unknown client' }] }));
    const source = sourceOf(request.ip);
    const budget = budgets.signIns;
    const charges = [`source ${source}`, `identifier ${credentials.identifier.trim().toLowerCase()}`].map(
      (party) => ({
        key: counterKey(keyring, budget, party),
        budget,
      }),
    );
    if (!(await spend(database, new Date(clock.now()), charges))) {
      unwrap(refuse('rate_limited', { retry_after: budget.windowMs / 1000 }));
    }
    return unwrap(await signIn(this.context, client as NonNullable<typeof client>, credentials));
  }

  @Get()
  @Operation({
    summary: "A person's own sessions",
    bearer: true,
    answers: {
      200: { description: 'sessions, newest first', schema: z.object({ sessions: z.array(sessionSchema) }) },
    },
    refusals: ['unauthorized'],
  })
  async list(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    const bearer = await this.person(request);
    if (!bearer) return refuseBearer(reply);
    const { database, clock } = this.context;
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
    summary: 'End one of them',
    bearer: true,
    answers: { 204: { description: 'ended' } },
    refusals: ['unauthorized', 'not_found'],
  })
  async end(
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const bearer = await this.person(request);
    if (!bearer) return refuseBearer(reply);
    const at = new Date(this.context.clock.now());
    const ended =
      isUuid(id) &&
      (await endFamily(this.context.database, { id, accountId: bearer.sub, at, reason: 'ended_by_person' }));
    if (!ended) unwrap(refuse('not_found'));
  }

  private async person(request: FastifyRequest) {
    const token = /^bearer ([\w.-]+)$/i.exec(request.headers.authorization ?? '')?.[1];
    const bearer = token ? await authenticateBearer(this.context, token) : undefined;
    return bearer?.sid ? { sub: bearer.sub, sid: bearer.sid } : undefined;
  }
}

/** RFC 6750 §3: says no more than that the token is not good. */
function refuseBearer(reply: FastifyReply): Buffer {
  const { body } = problemOf(refuse('unauthorized'));
  void reply
    .status(401)
    .header('www-authenticate', 'Bearer realm="rekey", error="invalid_token"')
    .header('content-type', 'application/problem+json');
  return Buffer.from(JSON.stringify(body));
}
