import { Body, Controller, Inject, Put, Req, Res } from '@nestjs/common';
import { inRequest, Operation, parse, unwrap } from '@rekey/http';
import { type ActContext, changeOwnPassword, freshFor } from '@rekey/recovery';
import type { ClientDirectory, TokenContext } from '@rekey/tokens';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { CLIENTS, CONTEXT, PRODUCT_NAME } from './injection.js';
import { isBearerRefused, personOf, refuseBearer } from './person.js';
import { sessionResponseSchema } from './token.controller.js';

const changeBody = z.strictObject({
  current_password: z.string().min(1).max(1024).optional().describe('Needed if the account has a password'),
  password: z.string().min(1).max(1024),
});

/** A person's own password. */
@Controller('v1/password')
export class PasswordController {
  constructor(
    @Inject(CONTEXT) private readonly context: TokenContext & Pick<ActContext, 'flood'>,
    @Inject(CLIENTS) private readonly clients: ClientDirectory,
    @Inject(PRODUCT_NAME) private readonly productName: string,
  ) {}

  @Put()
  @Operation({
    summary: 'Change the password',
    description: 'Every session ends. The caller continues with the tokens in the response.',
    bearer: true,
    body: changeBody,
    answers: { 200: { description: 'changed; fresh tokens', schema: sessionResponseSchema } },
    refusals: [
      'invalid_request',
      'unauthorized',
      'step_up_required',
      'not_found',
      'wrong_proof',
      'password_refused',
      'rate_limited',
    ],
  })
  async change(
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const person = await personOf(this.context, request);
    const client = person && (await this.clients.find(person.client_id));
    if (!person || !client) return refuseBearer(reply);
    const wanted = parse(changeBody, body);
    const context = inRequest(this.context, request);
    const outcome = await changeOwnPassword(context, person, client, wanted, this.productName);
    return isBearerRefused(outcome) ? refuseBearer(reply, outcome, freshFor) : unwrap(outcome);
  }
}
