import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Req, Res } from '@nestjs/common';
import { listAuthenticators } from '@rekey/accounts';
import { inRequest, Operation, parse, unwrap } from '@rekey/http';
import { isRefused } from '@rekey/kernel';
import {
  authenticatorsToChange,
  type BindingBy,
  beginTotp,
  confirmTotp,
  type EnrolmentContext,
  freshFor,
  renewBackupCodes,
  restore,
  unbind,
} from '@rekey/recovery';
import type { TokenContext } from '@rekey/tokens';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { CONTEXT, PRODUCT_NAME } from './injection.js';
import { isBearerRefused, personOf, refuseBearer } from './person.js';

const authenticator = z.object({
  id: z.uuid(),
  kind: z.enum(['totp', 'backup_code']),
  bound_at: z.iso.datetime(),
  codes_left: z.number().int().optional(),
  disabled: z
    .boolean()
    .describe('Too many failed attempts: it cannot be used for recovery until it is set up again'),
  suspended: z.boolean().describe('A recovery has turned it off: it cannot be used until it is restored'),
  bound_from: z.string().optional().describe('The network it was set up from'),
  client_id: z.string().optional().describe('The client whose session set it up'),
  counts_from: z.iso.datetime().optional().describe('From this time on it can be used for recovery'),
});
const listAnswer = z.object({ authenticators: z.array(authenticator) });
const totpAnswer = z.object({
  id: z.uuid(),
  secret: z.string().describe('Base32; shown once'),
  uri: z.string().describe('otpauth URI, to show as a QR code'),
});
const codesAnswer = z.object({ id: z.uuid(), codes: z.array(z.string()).describe('Shown once') });
const confirmBody = z.strictObject({ value: z.string().min(1).max(20) });

/** A person's own authenticators: what gets them back when password and phone are gone. */
@Controller('v1/authenticators')
export class AuthenticatorsController {
  constructor(
    @Inject(CONTEXT) private readonly context: TokenContext & EnrolmentContext,
    @Inject(PRODUCT_NAME) private readonly productName: string,
  ) {}

  @Get()
  @Operation({
    summary: 'List your own authenticators',
    bearer: true,
    answers: { 200: { description: 'oldest first', schema: listAnswer } },
    refusals: ['unauthorized'],
  })
  async list(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    const person = await personOf(this.context, request);
    if (!person) return refuseBearer(reply);
    return {
      authenticators: await listAuthenticators(this.context.database, person.sub, this.context.clock.now()),
    };
  }

  @Post('totp')
  @Operation({
    summary: 'Start to set up an authenticator app',
    description: 'It can be used once a code from it is confirmed. Then it replaces the previous app.',
    bearer: true,
    answers: { 201: { description: 'to be confirmed', schema: totpAnswer } },
    refusals: ['unauthorized', 'step_up_required', 'not_found'],
  })
  async begin(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    return this.changing(request, reply, (context, { account }) =>
      beginTotp(context, account, this.productName),
    );
  }

  @Post(':id/confirm')
  @HttpCode(204)
  @Operation({
    summary: 'Confirm the authenticator app with a code from it',
    bearer: true,
    body: confirmBody,
    answers: { 204: { description: 'bound' } },
    refusals: [
      'invalid_request',
      'unauthorized',
      'step_up_required',
      'not_found',
      'wrong_proof',
      'rate_limited',
    ],
  })
  async confirm(
    @Param('id') id: string,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { value } = parse(confirmBody, body);
    return this.changing(request, reply, (context, who) => confirmTotp(context, who, { id, value }));
  }

  @Post('backup_codes')
  @Operation({
    summary: 'Create ten backup codes, which replace the old ones',
    bearer: true,
    answers: { 201: { description: 'shown once', schema: codesAnswer } },
    refusals: ['unauthorized', 'step_up_required', 'not_found'],
  })
  async codes(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    return this.changing(request, reply, (context, who) => renewBackupCodes(context, who));
  }

  @Post(':id/restore')
  @HttpCode(204)
  @Operation({
    summary: 'Restore an authenticator that a recovery has turned off',
    description: 'If another one of its kind is set up, remove that one first (409).',
    bearer: true,
    answers: { 204: { description: 'restored' } },
    refusals: ['unauthorized', 'step_up_required', 'not_found', 'conflict'],
  })
  async restore(
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.changing(request, reply, (context, who) => restore(context, who, id));
  }

  @Delete(':id')
  @HttpCode(204)
  @Operation({
    summary: 'Remove one of your own authenticators',
    bearer: true,
    answers: { 204: { description: 'removed' } },
    refusals: ['unauthorized', 'step_up_required', 'not_found'],
  })
  async remove(
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.changing(request, reply, (context, who) => unbind(context, who, id));
  }

  /** @param act of a person whose session is fresh and strong enough */
  private async changing<Outcome>(
    request: FastifyRequest,
    reply: FastifyReply,
    act: (context: EnrolmentContext, who: BindingBy) => Promise<Outcome>,
  ) {
    const person = await personOf(this.context, request);
    if (!person) return refuseBearer(reply);
    const has = await authenticatorsToChange(this.context, person);
    if (isRefused(has)) return refuseBearer(reply, has, freshFor);
    const outcome = await act(inRequest(this.context, request), {
      account: person.sub,
      session: person.sid,
      client: person.client_id,
      source: request.ip,
    });
    return isBearerRefused(outcome) ? refuseBearer(reply, outcome, freshFor) : unwrap(outcome);
  }
}
