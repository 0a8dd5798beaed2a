import { Controller, Get, HttpCode, Param, Post, Res, UseGuards } from '@nestjs/common';
import { isAccountId } from '@rekey/accounts';
import { Context, deny, InQuery, Json, Operation, unwrap } from '@rekey/http';
import {
  exportAccount,
  findAccountsBy,
  type ManagementContext,
  revealAddress,
  viewAccount,
} from '@rekey/management';
import { actingStaff, type StaffSession } from '@rekey/staff';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { auditPage, eventsResponse } from '../../audit-responses.js';
import { personalDataResponse, sendPersonalData } from '../../personal-data.js';
import { findQuery } from '../../query.schema.js';
import { actRefusals } from '../act.schema.js';
import { SameOriginGuard } from '../same-origin-guard.js';
import { reasonBody } from '../staff.schema.js';
import { CurrentStaff, RequireFresh, RequireRight, StaffGuard } from '../staff-guard.js';
import { accountViewResponse, eventsQuery, foundResponse, revealResponse } from './reads.schema.js';

/** Accounts, as staff see them: addresses are masked, and each reading is audited. */
@Controller('staff/accounts')
@UseGuards(SameOriginGuard, StaffGuard)
@RequireRight('look')
export class StaffAccountReadsController {
  @Get()
  @Operation({
    summary: 'Find an account by an identifier',
    description: 'As in the management API, but only its id. The lookup is audited, without the identifier.',
    query: findQuery,
    responses: { 200: { description: 'one account, or none', schema: foundResponse } },
    refusals: ['invalid_request', 'unauthorized', 'forbidden', 'country_required'],
  })
  async find(
    @InQuery(findQuery) query: z.output<typeof findQuery>,
    @CurrentStaff() { memberId }: StaffSession,
    @Context() context: ManagementContext,
  ) {
    const accounts = unwrap(await findAccountsBy(context, actingStaff(memberId), query));
    return { accounts: accounts.map(({ id }) => ({ id })) };
  }

  @Get(':id')
  @Operation({
    summary: 'Read an account with masked addresses',
    description:
      'Its authenticators with where they come from, its sessions with why they ended, and its recoveries. What an event of the audit says has its id. The reading is audited.',
    responses: { 200: { description: 'the account', schema: accountViewResponse } },
    refusals: ['unauthorized', 'forbidden', 'not_found'],
  })
  async view(
    @Param('id') id: string,
    @CurrentStaff() { memberId }: StaffSession,
    @Context() context: ManagementContext,
  ) {
    return unwrap(await viewAccount(context, actingStaff(memberId), id));
  }

  @Get(':id/events')
  @Operation({
    summary: 'Read the audit of an account',
    description: 'Newest first, also of a deleted account. The reading is audited.',
    query: eventsQuery,
    responses: { 200: { description: 'a page of events', schema: eventsResponse } },
    refusals: ['invalid_request', 'unauthorized', 'forbidden', 'not_found'],
  })
  async events(
    @Param('id') id: string,
    @InQuery(eventsQuery) query: z.output<typeof eventsQuery>,
    @CurrentStaff() { memberId }: StaffSession,
    @Context() context: ManagementContext,
  ) {
    if (!isAccountId(id)) deny('not_found');
    return auditPage(context, actingStaff(memberId), { account_id: id, ...query });
  }

  @Post(':id/addresses/:address/reveal')
  @HttpCode(200)
  @RequireRight('assist')
  @RequireFresh()
  @Operation({
    summary: 'Show one address in full',
    description:
      'It is audited who was shown it and why, with the id of the address. A member is shown 30 an hour.',
    body: reasonBody,
    responses: { 200: { description: 'the address', schema: revealResponse } },
    refusals: [...actRefusals, 'rate_limited'],
  })
  async reveal(
    @Param('id') account: string,
    @Param('address') address: string,
    @Json(reasonBody) { reason }: z.output<typeof reasonBody>,
    @CurrentStaff() { memberId }: StaffSession,
    @Context() context: ManagementContext,
  ) {
    return unwrap(await revealAddress(context, actingStaff(memberId), { account, address, reason }));
  }

  @Post(':id/export')
  @HttpCode(200)
  @RequireRight('export')
  @RequireFresh()
  @Operation({
    summary: 'Export all that is stored about a person',
    description:
      'For a request of the person (GDPR Art. 15), as in the management API: addresses in clear, and no secrets.',
    body: reasonBody,
    responses: { 200: { description: 'the data', schema: personalDataResponse } },
    refusals: ['invalid_request', 'unauthorized', 'step_up_required', 'forbidden', 'not_found'],
  })
  async export(
    @Param('id') id: string,
    @Json(reasonBody) { reason }: z.output<typeof reasonBody>,
    @CurrentStaff() { memberId }: StaffSession,
    @Context() context: ManagementContext,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await sendPersonalData(reply, unwrap(await exportAccount(context, actingStaff(memberId), id, reason)));
  }
}
