import { Controller, HttpCode, Param, Post, UseGuards } from '@nestjs/common';
import { Context, Json, Operation, unwrap } from '@rekey/http';
import { endSessionsBecause, type ManagementContext, markAddress, setAccountStatus } from '@rekey/management';
import { actingStaff, type StaffSession } from '@rekey/staff';
import { actRefusals, type ReasonBody } from './act.schema.js';
import { SameOriginGuard } from './same-origin-guard.js';
import { reasonBody } from './staff.schema.js';
import { CurrentStaff, RequireFresh, RequireRight, StaffGuard } from './staff-guard.js';

const soAlready = 'What is so already stays so, and the response is the same.';

/** What staff do to accounts: ends, and their undoing. Nothing of it sets a password or issues a token. */
@Controller('staff/accounts')
@UseGuards(SameOriginGuard, StaffGuard)
@RequireRight('revoke')
export class StaffAccountActsController {
  @Post(':id/end-sessions')
  @HttpCode(204)
  @RequireFresh()
  @Operation({
    summary: 'End every session of an account',
    description: 'Its known browsers and apps become strangers.',
    body: reasonBody,
    responses: { 204: { description: 'ended, or there was nothing to end' } },
    refusals: actRefusals,
  })
  async endSessions(
    @Param('id') account: string,
    @Json(reasonBody) { reason }: ReasonBody,
    @CurrentStaff() { memberId }: StaffSession,
    @Context() context: ManagementContext,
  ) {
    unwrap(await endSessionsBecause(context, actingStaff(memberId), { account }, reason));
  }

  @Post(':id/sessions/:session/end')
  @HttpCode(204)
  @RequireFresh()
  @Operation({
    summary: 'End one session of an account, with all its tokens',
    body: reasonBody,
    responses: { 204: { description: 'ended, now or before' } },
    refusals: actRefusals,
  })
  async endSession(
    @Param('id') account: string,
    @Param('session') session: string,
    @Json(reasonBody) { reason }: ReasonBody,
    @CurrentStaff() { memberId }: StaffSession,
    @Context() context: ManagementContext,
  ) {
    unwrap(await endSessionsBecause(context, actingStaff(memberId), { account, session }, reason));
  }

  @Post(':id/disable')
  @HttpCode(204)
  @RequireFresh()
  @Operation({
    summary: 'Disable an account',
    description: `Its sessions end, and its recoveries lead nowhere. Every address is notified. ${soAlready}`,
    body: reasonBody,
    responses: { 204: { description: 'disabled' } },
    refusals: actRefusals,
  })
  async disable(
    @Param('id') id: string,
    @Json(reasonBody) { reason }: ReasonBody,
    @CurrentStaff() { memberId }: StaffSession,
    @Context() context: ManagementContext,
  ) {
    unwrap(await setAccountStatus(context, actingStaff(memberId), { id, status: 'disabled', reason }));
  }

  @Post(':id/enable')
  @HttpCode(204)
  @RequireFresh()
  @Operation({
    summary: 'Enable an account',
    description: `What was proved before it was disabled does not count. Every address is notified. ${soAlready}`,
    body: reasonBody,
    responses: { 204: { description: 'enabled' } },
    refusals: actRefusals,
  })
  async enable(
    @Param('id') id: string,
    @Json(reasonBody) { reason }: ReasonBody,
    @CurrentStaff() { memberId }: StaffSession,
    @Context() context: ManagementContext,
  ) {
    unwrap(await setAccountStatus(context, actingStaff(memberId), { id, status: 'active', reason }));
  }

  @Post(':id/addresses/:address/compromised')
  @HttpCode(204)
  @RequireFresh()
  @Operation({
    summary: 'Mark an address as read by somebody else',
    description: `No code and no notification goes there, and no code from there proves anything. Recoveries that it proved end, with the sessions they led to. The other addresses are notified. ${soAlready}`,
    body: reasonBody,
    responses: { 204: { description: 'marked' } },
    refusals: actRefusals,
  })
  async compromised(
    @Param('id') account: string,
    @Param('address') address: string,
    @Json(reasonBody) { reason }: ReasonBody,
    @CurrentStaff() { memberId }: StaffSession,
    @Context() context: ManagementContext,
  ) {
    unwrap(
      await markAddress(context, actingStaff(memberId), { account, address, as: 'compromised', reason }),
    );
  }

  @Post(':id/addresses/:address/restore')
  @HttpCode(204)
  @RequireFresh()
  @Operation({
    summary: 'Put an address back in use',
    description: `One that was marked as compromised, or that gets no short codes after too many wrong ones. ${soAlready}`,
    body: reasonBody,
    responses: { 204: { description: 'in use' } },
    refusals: actRefusals,
  })
  async restore(
    @Param('id') account: string,
    @Param('address') address: string,
    @Json(reasonBody) { reason }: ReasonBody,
    @CurrentStaff() { memberId }: StaffSession,
    @Context() context: ManagementContext,
  ) {
    unwrap(await markAddress(context, actingStaff(memberId), { account, address, as: 'restored', reason }));
  }
}
