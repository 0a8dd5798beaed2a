import { Controller, Get, Param, Res, UseGuards } from '@nestjs/common';
import {
  Caller,
  Context,
  type ManagementCaller,
  ManagementScopeGuard,
  Operation,
  RequireScope,
  unwrap,
} from '@rekey/http';
import { exportAccount, type ManagementContext } from '@rekey/management';
import type { FastifyReply } from 'fastify';
import { personalDataResponse, sendPersonalData } from './personal-data.js';

/** What is stored about one person. */
@Controller('v1/accounts')
@UseGuards(ManagementScopeGuard)
export class PersonalDataController {
  @Get(':id/export')
  // Each of them shows a part of it elsewhere.
  @RequireScope(['accounts:read', 'tokens:read', 'recoveries:read', 'audit:read'])
  @Operation({
    summary: 'Export all that is stored about a person',
    description:
      'For a request of the person (GDPR Art. 15): one JSON document, without secrets. The token needs `accounts:read`, `tokens:read`, `recoveries:read` and `audit:read`. The export is audited.',
    bearer: true,
    responses: { 200: { description: 'the data', schema: personalDataResponse } },
    refusals: ['unauthorized', 'forbidden', 'not_found'],
  })
  async export(
    @Param('id') id: string,
    @Caller() { actor }: ManagementCaller,
    @Context() context: ManagementContext,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await sendPersonalData(reply, unwrap(await exportAccount(context, actor, id)));
  }
}
