import { Controller, Delete, HttpCode, Inject, Param, Req, Res } from '@nestjs/common';
import { inRequest, Operation, unwrap } from '@rekey/http';
import { isUuid, refuse } from '@rekey/kernel';
import { endSessionsOf } from '@rekey/tokens';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { callerWith } from './bearer.js';
import { CONTEXT, type ConsoleContext } from './parts.js';

/** What recoveries have led to, for whoever manages the product. */
@Controller('v1/recoveries')
export class RecoveriesController {
  constructor(@Inject(CONTEXT) private readonly context: ConsoleContext) {}

  @Delete(':id/tokens')
  @HttpCode(204)
  @Operation({
    summary: 'End every session that came from a recovery, also after refreshes',
    bearer: true,
    answers: { 204: { description: 'ended, or there was nothing to end' } },
    refusals: ['unauthorized', 'forbidden', 'not_found'],
  })
  async endAll(
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { clientId: caller } = await callerWith(this.context, 'accounts:write', request, reply);
    if (!isUuid(id)) unwrap(refuse('not_found'));
    const { database, clock } = inRequest(this.context, request);
    const at = new Date(clock.now());
    await endSessionsOf(database, 'recovery', { id, at, reason: 'management', actor: `client:${caller}` });
  }
}
