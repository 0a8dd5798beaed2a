import { Controller, Delete, HttpCode, Param, UseGuards } from '@nestjs/common';
import {
  Caller,
  Context,
  type ManagementCaller,
  ManagementScopeGuard,
  Operation,
  RequireScope,
  unwrap,
} from '@rekey/http';
import { endSessionsOfRecovery, type ManagementContext } from '@rekey/management';

/** What a recovery has led to, for the operators of the product. */
@Controller('v1/recoveries')
@UseGuards(ManagementScopeGuard)
export class RecoveriesController {
  @Delete(':id/tokens')
  @HttpCode(204)
  @RequireScope('accounts:write')
  @Operation({
    summary: 'End every session that came from a recovery, also after refreshes',
    bearer: true,
    responses: { 204: { description: 'ended, or there was nothing to end' } },
    refusals: ['unauthorized', 'forbidden', 'not_found'],
  })
  async endAll(
    @Param('id') id: string,
    @Caller() { clientId }: ManagementCaller,
    @Context() context: ManagementContext,
  ) {
    unwrap(await endSessionsOfRecovery(context, clientId, id));
  }
}
