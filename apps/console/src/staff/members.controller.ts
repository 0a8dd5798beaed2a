import { Controller, Get, Param, Patch, Post, UseGuards } from '@nestjs/common';
import { Context, Json, Operation, unwrap } from '@rekey/http';
import {
  changeMember,
  type Invited,
  inviteAgain,
  inviteStaff,
  listMembers,
  type StaffContext,
  type StaffSession,
} from '@rekey/staff';
import type { z } from 'zod';
import { actRefusals } from './act.schema.js';
import { SameOriginGuard } from './same-origin-guard.js';
import {
  inviteBody,
  invitedResponse,
  memberBody,
  memberResponse,
  membersResponse,
  namesResponse,
  reasonBody,
} from './staff.schema.js';
import { CurrentStaff, RequireFresh, RequireRight, StaffGuard } from './staff-guard.js';

const invitedView = ({ id, url, expiresAt }: Invited) => ({ id, url, expires_at: expiresAt.toISOString() });

/** Who works at the console. */
@Controller('staff/members')
@UseGuards(SameOriginGuard, StaffGuard)
@RequireRight('staff')
export class StaffMembersController {
  @Get()
  @Operation({
    summary: 'List the members of staff',
    responses: { 200: { description: 'in the order of their invitations', schema: membersResponse } },
    refusals: ['unauthorized', 'forbidden'],
  })
  async list(@Context() context: StaffContext) {
    return { members: await listMembers(context) };
  }

  @Get('names')
  @RequireRight('look')
  @Operation({
    summary: 'Name the members of staff',
    description: 'The audit says `staff:<id>`; everyone who reads it may know who that is.',
    responses: { 200: { description: 'in the order of their invitations', schema: namesResponse } },
    refusals: ['unauthorized', 'forbidden'],
  })
  async names(@Context() context: StaffContext) {
    return { names: (await listMembers(context)).map(({ id, name }) => ({ id, name })) };
  }

  @Post('invitations')
  @RequireFresh()
  @Operation({
    summary: 'Invite a person',
    body: inviteBody,
    responses: { 201: { description: 'the link to give to them', schema: invitedResponse } },
    refusals: ['invalid_request', 'unauthorized', 'step_up_required', 'forbidden'],
  })
  async invite(
    @Json(inviteBody) body: z.output<typeof inviteBody>,
    @CurrentStaff() { memberId }: StaffSession,
    @Context() context: StaffContext,
  ) {
    return invitedView(unwrap(await inviteStaff(context, { staff: memberId }, body)));
  }

  @Patch(':id')
  @RequireFresh()
  @Operation({
    summary: 'Change the role of a member, disable or enable them',
    description:
      'It counts from their next request on. Not for oneself, and never so that nobody is left who can manage staff.',
    body: memberBody,
    responses: { 200: { description: 'changed', schema: memberResponse } },
    refusals: [...actRefusals, 'invalid_state'],
  })
  async change(
    @Param('id') id: string,
    @Json(memberBody) body: z.output<typeof memberBody>,
    @CurrentStaff() { memberId }: StaffSession,
    @Context() context: StaffContext,
  ) {
    return unwrap(await changeMember(context, { staff: memberId }, { ...body, id }));
  }

  @Post(':id/invitation')
  @RequireFresh()
  @Operation({
    summary: 'Invite a member again who has lost the passkey',
    description: 'The old passkeys end when the new one is registered.',
    body: reasonBody,
    responses: { 201: { description: 'the link to give to them', schema: invitedResponse } },
    refusals: [...actRefusals, 'invalid_state'],
  })
  async inviteAgain(
    @Param('id') id: string,
    @Json(reasonBody) { reason }: z.output<typeof reasonBody>,
    @CurrentStaff() { memberId }: StaffSession,
    @Context() context: StaffContext,
  ) {
    return invitedView(unwrap(await inviteAgain(context, { staff: memberId }, { id, reason })));
  }
}
