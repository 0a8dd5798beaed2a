import { Controller, HttpCode, Param, Post, UseGuards } from '@nestjs/common';
import { Context, Json, Operation, unwrap } from '@rekey/http';
import { decideRecovery, endSessionsBecause, type ManagementContext } from '@rekey/management';
import { sendCodeFor } from '@rekey/recovery';
import { actingStaff, type StaffSession } from '@rekey/staff';
import { actRefusals, type ReasonBody, type ResendBody, resendBody, resentResponse } from './act.schema.js';
import { SameOriginGuard } from './same-origin-guard.js';
import { reasonBody } from './staff.schema.js';
import { CurrentStaff, RequireFresh, RequireRight, StaffGuard } from './staff-guard.js';

/** What staff do to recoveries. Nothing of it proves anything, and no response has a code. */
@Controller('staff/recoveries')
@UseGuards(SameOriginGuard, StaffGuard)
export class StaffRecoveryActsController {
  @Post(':id/release')
  @HttpCode(204)
  @RequireRight('decide')
  @RequireFresh()
  @Operation({
    summary: 'End the waiting of a held recovery',
    description:
      'As the management API does it. A recovery that is not held is refused with `invalid_state`, and so is one that this member has started, or has an override in.',
    body: reasonBody,
    responses: { 204: { description: 'released: it is `proven`' } },
    refusals: [...actRefusals, 'invalid_state'],
  })
  async release(
    @Param('id') id: string,
    @Json(reasonBody) { reason }: ReasonBody,
    @CurrentStaff() { memberId }: StaffSession,
    @Context() context: ManagementContext,
  ) {
    unwrap(await decideRecovery(context, actingStaff(memberId), { id, reason, decision: 'release' }));
  }

  @Post(':id/deny')
  @HttpCode(204)
  @RequireRight('decide')
  @RequireFresh()
  @Operation({
    summary: 'End a held recovery',
    description:
      'As the management API does it. A recovery that is not held is refused with `invalid_state`.',
    body: reasonBody,
    responses: { 204: { description: 'denied: it is `stopped`' } },
    refusals: [...actRefusals, 'invalid_state'],
  })
  async deny(
    @Param('id') id: string,
    @Json(reasonBody) { reason }: ReasonBody,
    @CurrentStaff() { memberId }: StaffSession,
    @Context() context: ManagementContext,
  ) {
    unwrap(await decideRecovery(context, actingStaff(memberId), { id, reason, decision: 'deny' }));
  }

  @Post(':id/end-sessions')
  @HttpCode(204)
  @RequireRight('revoke')
  @RequireFresh()
  @Operation({
    summary: 'End every session that came from a recovery, also after refreshes',
    body: reasonBody,
    responses: { 204: { description: 'ended, or there was nothing to end' } },
    refusals: actRefusals,
  })
  async endSessions(
    @Param('id') recovery: string,
    @Json(reasonBody) { reason }: ReasonBody,
    @CurrentStaff() { memberId }: StaffSession,
    @Context() context: ManagementContext,
  ) {
    unwrap(await endSessionsBecause(context, actingStaff(memberId), { recovery }, reason));
  }

  @Post(':id/resend')
  @HttpCode(202)
  @RequireRight('assist')
  @RequireFresh()
  @Operation({
    summary: 'Send the code of a recovery again, to another address of the account',
    description:
      'The pauses and limits of the person apply. The recovery gets neither more time nor more attempts. Whether the message was sent is in the timeline of the recovery.',
    body: resendBody,
    responses: { 202: { description: 'where it goes', schema: resentResponse } },
    refusals: [...actRefusals, 'invalid_state', 'recovery_closed', 'resend_too_soon', 'rate_limited'],
  })
  async resend(
    @Param('id') id: string,
    @Json(resendBody) { reason, authenticator }: ResendBody,
    @CurrentStaff() { memberId }: StaffSession,
    @Context() context: ManagementContext,
  ) {
    const actor = actingStaff(memberId);
    return unwrap(await sendCodeFor(context, { id, address: authenticator, actor, reason }));
  }
}
