import { Body, Controller, HttpCode, Inject, Post, Req } from '@nestjs/common';
import { inRequest, Operation, parse, unwrap } from '@rekey/http';
import { type RecoveryContext, stopRecovery } from '@rekey/recovery';
import type { FastifyRequest } from 'fastify';
import { CONTEXT } from '../parts.js';
import { stopBody } from './wire.js';

@Controller('v1/stops')
export class StopsController {
  constructor(@Inject(CONTEXT) private readonly context: RecoveryContext) {}

  @Post()
  @HttpCode(204)
  @Operation({
    summary: 'Stop a recovery: "This wasn\'t me"',
    description:
      'Puts the account back to its last undisputed state: stops the recovery of the link and those that depend on it, revokes what they issued, set and bound, and restores the previous password. The next recovery of the account is held. An external issuer has to end its own tokens. The token of a notice about an authenticator removes that authenticator and ends the session that set it up.',
    body: stopBody,
    answers: { 204: { description: 'stopped' } },
    refusals: ['invalid_request', 'not_found'],
  })
  async stop(@Body() body: unknown, @Req() request: FastifyRequest): Promise<void> {
    unwrap(await stopRecovery(inRequest(this.context, request), parse(stopBody, body).token));
  }
}
